"""Every place one can go: one list for the rail, the palette and the shortcuts."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOME = "coaching:today"

# Groups: `work` and `workspace` stand in the rail, `tab` beside the others of its section
# on their pages, `you` in the account menu, `workspaces` in the switcher; an `act` is
# something to begin. All of them stand in the palette.
WORK, WORKSPACE, TAB, ACT = "work", "workspace", "tab", "act"
YOU, WORKSPACES = "you", "workspaces"


@dataclass(frozen=True, slots=True)
class Destination:
    """A page, or an action that is one POST."""

    name: str
    label: str | Promise
    url_name: str
    icon: str
    keys: str = ""
    permission: str = ""
    group: str = WORK
    # Whose tabs it stands among: pages of one section share one line of the rail.
    section: str = ""
    is_post: bool = False
    # The page at a workspace's root is not the parent of all the others.
    is_exact: bool = False

    @property
    def in_workspace(self) -> bool:
        return self.group in {WORK, WORKSPACE, TAB, ACT}


DESTINATIONS: tuple[Destination, ...] = (
    Destination(
        name="today",
        label=_("Today"),
        url_name=HOME,
        icon="today",
        keys="g t",
        permission="workspace.enter",
        section="today",
        is_exact=True,
    ),
    Destination(
        name="tasks",
        label=_("Tasks"),
        url_name="stakeholders:tasks",
        icon="check",
        keys="g k",
        permission="deal.see",
        group=TAB,
        section="today",
    ),
    Destination(
        name="opportunities",
        label=_("Opportunities"),
        url_name="forecasting:opportunities",
        icon="opportunity",
        keys="g o",
        permission="deal.see",
        section="opportunities",
    ),
    Destination(
        name="people",
        label=_("People"),
        url_name="readiness:people",
        icon="people",
        keys="g h",
        permission="person.see",
        section="people",
    ),
    Destination(
        name="companies",
        label=_("Companies"),
        url_name="forecasting:companies",
        icon="company",
        keys="g c",
        permission="person.see",
        group=TAB,
        section="people",
    ),
    Destination(
        name="forecast",
        label=_("Forecast"),
        url_name="forecasting:forecast",
        icon="forecast",
        keys="g f",
        permission="forecast.see",
        section="forecast",
    ),
    Destination(
        name="accuracy",
        label=_("Accuracy"),
        url_name="forecasting:accuracy",
        icon="evidence",
        keys="g y",
        permission="forecast.see",
        group=TAB,
        section="forecast",
    ),
    Destination(
        name="coaching",
        label=_("Coaching"),
        url_name="coaching:queue",
        icon="coaching",
        keys="g q",
        permission="deal.see",
        section="coaching",
    ),
    Destination(
        name="symptoms",
        label=_("Symptoms"),
        url_name="coaching:scan",
        icon="warning",
        keys="g x",
        permission="deal.see",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="readings",
        label=_("Human readings"),
        url_name="coaching:readings",
        icon="person",
        keys="g d",
        permission="deal.see",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="timing",
        label=_("Timing and effect"),
        url_name="coaching:team",
        icon="clock",
        keys="g w",
        permission="deal.see",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="meetings",
        label=_("One-to-ones"),
        url_name="coaching:meetings",
        icon="people",
        keys="g z",
        permission="workspace.enter",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="practice",
        label=_("Practice"),
        url_name="coaching:practice",
        icon="practice",
        keys="g b",
        permission="workspace.enter",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="evidence",
        label=_("Evidence"),
        url_name="readiness:evidence",
        icon="evidence",
        keys="g v",
        permission="deal.see",
        group=TAB,
        section="coaching",
    ),
    Destination(
        name="insights",
        label=_("Insights"),
        url_name="forecasting:insights",
        icon="insights",
        keys="g u",
        permission="forecast.see",
        section="insights",
    ),
    Destination(
        name="log",
        label=_("Log a conversation"),
        url_name="readiness:log-anywhere",
        icon="note",
        keys="l",
        permission="deal.write",
        group=ACT,
    ),
    Destination(
        name="help",
        label=_("Ask your coach"),
        url_name="coaching:help",
        icon="coaching",
        keys="n h",
        permission="deal.write",
        group=ACT,
    ),
    Destination(
        name="opportunity-new",
        label=_("New opportunity"),
        url_name="opportunities:opportunity-new",
        icon="plus",
        keys="n o",
        permission="deal.write",
        group=ACT,
    ),
    Destination(
        name="search",
        label=_("Search"),
        url_name="stakeholders:search",
        icon="search",
        permission="deal.see",
        group=ACT,
    ),
    Destination(
        name="members",
        label=_("Members"),
        url_name="accounts:members",
        icon="people",
        keys="g m",
        permission="member.see",
        group=WORKSPACE,
        section="members",
    ),
    Destination(
        name="teams",
        label=_("Teams"),
        url_name="accounts:teams",
        icon="team",
        keys="g e",
        permission="team.see",
        group=TAB,
        section="members",
    ),
    Destination(
        name="settings",
        label=_("Settings"),
        url_name="accounts:settings",
        icon="settings",
        keys="g s",
        permission="workspace.settings",
        group=WORKSPACE,
        section="settings",
    ),
    Destination(
        name="money",
        label=_("Rates and targets"),
        url_name="forecasting:money",
        icon="flag",
        keys="g r",
        permission="money.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="phase-model",
        label=_("Phase model"),
        url_name="readiness:model",
        icon="evidence",
        keys="g n",
        permission="model.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="plays",
        label=_("Advice"),
        url_name="coaching:plays",
        icon="coaching",
        keys="g j",
        permission="model.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="import",
        label=_("Import"),
        url_name="integrations:imports",
        icon="upload",
        keys="g i",
        permission="import.run",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="export",
        label=_("Export"),
        url_name="integrations:exports",
        icon="download",
        permission="export.run",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="api-keys",
        label=_("API keys"),
        url_name="accounts:api-keys",
        icon="key",
        permission="key.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="applications",
        label=_("Connected applications"),
        url_name="accounts:applications",
        icon="external",
        permission="key.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="webhooks",
        label=_("Webhooks"),
        url_name="integrations:webhooks",
        icon="external",
        keys="g l",
        permission="key.manage",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="audit",
        label=_("Audit"),
        url_name="accounts:audit",
        icon="audit",
        keys="g a",
        permission="audit.see",
        group=TAB,
        section="settings",
    ),
    Destination(
        name="profile",
        label=_("Profile"),
        url_name="accounts:profile",
        icon="person",
        keys="g p",
        group=YOU,
    ),
    Destination(
        name="workspace-new",
        label=_("Create a workspace"),
        url_name="accounts:workspace-new",
        icon="plus",
        group=WORKSPACES,
    ),
    Destination(
        name="sign-out",
        label=_("Sign out"),
        url_name="account_logout",
        icon="sign-out",
        group=YOU,
        is_post=True,
    ),
)
