"""The base of the API's views: the guard a test looks for."""

from typing import ClassVar

from rest_framework.views import APIView


class WorkspaceView(APIView):
    """An endpoint for members of a workspace, by session or by key.

    `permission` is a line of the table of permissions, `scope` what a key needs besides.
    """

    permission: ClassVar[str]
    scope: ClassVar[str]
