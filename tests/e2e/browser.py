"""A browser at a running desk, without the drawing: cookies, forgery token, and the page's JSON."""

import re
from typing import Any

import httpx


class DeskClient:
    """Signed in by a one-time link."""

    def __init__(self, link: str) -> None:
        self._client = httpx.Client(base_url=link.partition("/login/")[0], timeout=30, follow_redirects=True)
        path = f"/login/{link.rpartition('/')[2]}"
        entered = self._client.post(path, data={"csrf": self._token(path)})
        assert entered.status_code == 200, entered.text[:400]

    def close(self) -> None:
        self._client.close()

    def shown(self, number: int) -> dict[str, Any]:
        """What the page of a case binds a verdict to."""
        state = self._client.get(f"/cases/{number}/parts").raise_for_status().json()["state"]
        names = ("draft_id", "draft_revision", "sha256", "revision", "text")
        return {name: state[name] for name in names}

    def act(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """One of the page's actions."""
        headers = {"X-CSRF-Token": self._token("/queue"), "Accept": "application/json"}
        answer: dict[str, Any] = self._client.post(path, json=content, headers=headers).json()
        return answer

    def _token(self, path: str) -> str:
        found = re.search(r'data-csrf="([^"]+)"', self._client.get(path).text)
        assert found is not None, path
        return found[1]
