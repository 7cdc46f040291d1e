"""The reference file: 8,800 deals of a fictional seller."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Count, Sum

from accounts.models import Membership, Role, Team, TeamMember, Workspace
from integrations.importing import mapping_named
from opportunities.models import Company, Opportunity, StageChange
from tests.integrations.files import furnish, importing

pytestmark = pytest.mark.django_db

DATA = Path(
    os.environ.get("BUYREADINESS_REFERENCE_DATA")
    or settings.BASE_DIR.parent / "shared" / "data"
)
PIPELINE = DATA / "maven_crm" / "sales_pipeline.csv"
HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"

needs_data = pytest.mark.skipif(
    not PIPELINE.is_file(),
    reason=f"the reference data is not at {DATA}: set BUYREADINESS_REFERENCE_DATA",
)


@pytest.mark.claim(50)
@needs_data
def test_the_reference_file_is_imported_whole_and_once(ours: Workspace):
    furnish()

    report = importing(PIPELINE, mapping=mapping_named("maven"))
    again = importing(PIPELINE, mapping=mapping_named("maven"))

    deals = Opportunity.objects
    assert report.refused == []
    assert dict(deals.values_list("outcome").annotate(Count("pk"))) == {
        "won": 4_238,
        "lost": 2_473,
        "open": 2_089,
    }
    assert deals.aggregate(Sum("won_amount"))["won_amount__sum"] == Decimal(10_005_534)
    assert deals.filter(outcome="lost", amount__isnull=False).count() == 0
    assert deals.filter(company__isnull=True).count() == 1_425
    assert deals.filter(opened_on_is_assumed=True).count() == 500
    assert not deals.filter(name__contains="GTXPro").exists()
    assert set(deals.values_list("currency", flat=True)) == {"", "USD"}
    assert Company.objects.count() == 85
    assert Company.objects.exclude(country="").count() == 85
    assert StageChange.objects.count() == 15_511
    assert Membership.objects.filter(roles=[Role.REP]).count() == 35
    assert Membership.objects.filter(roles=[Role.MANAGER]).count() == 6
    assert Team.objects.filter(parent=None).count() == 3
    assert TeamMember.objects.count() == 41
    assert (again.total("made"), again.total("changed")) == (0, 0)


def test_a_missing_engage_date_is_the_earliest_of_the_file(
    ours: Workspace, tmp_path: Path
):
    furnish()
    path = tmp_path / "sales_pipeline.csv"
    path.write_text(
        HEAD
        + "A,Anna,GTX,Acme,Won,2017-01-05,2017-02-01,100\n"
        + "B,Anna,GTX,,Prospecting,,,\n"
        + "C,Bob,GTX,Acme,Lost,2016-12-05,2017-02-01,0\n"
    )

    report = importing(path, mapping=mapping_named("maven"))

    deals = {deal.external_id: deal for deal in Opportunity.objects.all()}
    assert report.refused == []
    assert (str(deals["B"].opened_on), deals["B"].opened_on_is_assumed) == (
        *("2016-12-05", True),
    )
    assert (deals["B"].name, deals["B"].company) == ("GTX", None)
    assert (deals["A"].amount, deals["A"].won_amount) == (Decimal(100), Decimal(100))
    assert (deals["C"].amount, deals["C"].outcome) == (None, "lost")
    assert list(
        deals["A"].stage_changes.order_by("changed_at").values_list("stage", flat=True)
    ) == ["Engaging", "Won"]
    assert report.notes == [
        "sales_teams.csv is not beside the file.",
        "accounts.csv is not beside the file.",
        "products.csv is not beside the file.",
    ]


def test_a_product_is_mended_by_the_list_of_products(ours: Workspace, tmp_path: Path):
    furnish()
    path = tmp_path / "sales_pipeline.csv"
    path.write_text(HEAD + "A,Anna,GTXPro,Acme,Engaging,2017-01-05,,\n")
    (tmp_path / "products.csv").write_text("product,series\nGTX Pro,GTX\n")

    report = importing(path, mapping=mapping_named("maven"))

    assert Opportunity.objects.get().name == "GTX Pro · Acme"
    assert "“GTXPro” was read as “GTX Pro” in 1 rows." in report.notes
