"""Keys, origins and hosts over HTTP; who may what stands in the gate's own tests."""

import pytest

from executor.config import HttpConfig
from executor.keys import Key, Rate, Right
from executor.models import LimitsRequest
from tests.api.conftest import Faked, OpenFaked

BODY = {"language": "py", "version": "3.x", "files": [{"content": 'print("hi")'}]}
EVERYWHERE = HttpConfig(host="0.0.0.0", port=0)  # noqa: S104 - reached over loopback only
PACKAGE = {"language": "python", "version": "3.x"}


async def test_on_every_address_a_key_is_needed_also_from_this_machine(
    open_faked: OpenFaked,
) -> None:
    async with open_faked(config=EVERYWHERE) as faked:
        faked.api.keys.add("k", Key(name="me", digest=""))
        async with faked.api.client.post("/api/v2/execute", json=BODY) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"
        assert faked.executor.jobs == []
        for authorization in ("k", "Bearer k"):
            status, _ = await faked.api.post("/api/v2/execute", BODY, Authorization=authorization)
            assert status == 200
        assert (await faked.api.get("/api/v2/runtimes"))[0] == 401
        assert (await faked.api.get("/healthz"))[0] == 200


async def test_the_operator_may_do_without_keys(open_faked: OpenFaked) -> None:
    config = HttpConfig(host="0.0.0.0", port=0, auth="none")  # noqa: S104
    async with open_faked(config=config) as faked:
        assert (await faked.api.post("/api/v2/execute", BODY, Host="x.example"))[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Forwarded-For": "192.0.2.1"}, 401),
        ({"Forwarded": "for=192.0.2.1"}, 401),
        ({"Authorization": "another service's"}, 200),
    ],
    ids=str,
)
async def test_a_web_page_or_a_proxy_is_not_this_machine(
    faked: Faked, headers: dict[str, str], status: int
) -> None:
    assert (await faked.api.post("/api/v2/execute", BODY, **headers))[0] == status


async def test_a_refusal_comes_before_the_body_is_read(faked: Faked) -> None:
    async with faked.api.client.post(
        "/api/v2/execute", data=b"{" * 100, headers={"Origin": "https://evil.example"}
    ) as response:
        assert response.status == 403


async def test_a_rate_that_is_used_up_says_when_to_come_back(open_faked: OpenFaked) -> None:
    async with open_faked(config=EVERYWHERE) as faked:
        faked.api.keys.add("k", Key(name="me", digest="", rate=Rate(2, 3600.0)))
        headers = {"Authorization": "k"}
        for _ in range(2):
            assert (await faked.api.post("/api/v2/execute", BODY, **headers))[0] == 200
        async with faked.api.client.post("/api/v2/execute", json=BODY, headers=headers) as response:
            assert response.status == 429
            assert 1700 < int(response.headers["Retry-After"]) <= 1800
            assert "2/h" in (await response.json())["message"]
        assert (await faked.api.get("/api/v2/runtimes", **headers))[0] == 200


async def test_a_key_bounds_languages_limits_and_concurrency(open_faked: OpenFaked) -> None:
    key = Key(
        name="me",
        digest="",
        running=2,
        languages=frozenset({"python"}),
        limits=LimitsRequest(wall_seconds=1.0),
    )
    async with open_faked(config=EVERYWHERE) as faked:
        faked.api.keys.add("k", key)
        status, said = await faked.api.post(
            "/api/v2/execute", {**BODY, "language": "c", "version": "*"}, Authorization="k"
        )
        assert (status, said) == (403, {"message": "This key may not run c, only: python."})
        status, said = await faked.api.post(
            "/api/v2/execute", {**BODY, "run_timeout": 1001}, Authorization="k"
        )
        assert said == {"message": "run_timeout cannot exceed the configured limit of 1000"}
        assert (await faked.api.post("/api/v2/execute", BODY, Authorization="k"))[0] == 200
        job = faked.executor.jobs[-1]
    assert (job.owner, job.owner_running) == ("key:me", 2)
    assert job.run_limits.wall_seconds == 1.0


async def test_pages_of_allowed_origins_get_the_headers_that_browsers_want(
    open_faked: OpenFaked,
) -> None:
    config = HttpConfig(port=0, cors=("https://example.org",))
    async with open_faked(config=config) as faked:
        headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
        async with faked.api.client.options("/api/v2/execute", headers=headers) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == "https://example.org"
            assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        async with faked.api.client.post(
            "/api/v2/execute", json={}, headers={"Origin": "https://example.org"}
        ) as response:
            assert response.status == 400
            assert response.headers["Access-Control-Allow-Origin"] == "https://example.org"
            assert response.headers["Vary"] == "Origin"
        async with faked.api.client.get(
            "/page/app.js", headers={"Origin": "https://example.org"}
        ) as response:
            assert response.headers.getall("Vary") == ["Accept-Encoding", "Origin"]
        headers["Origin"] = "https://evil.example"
        async with faked.api.client.options("/api/v2/execute", headers=headers) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("origin", [None, "https://evil.example"], ids=["no page", "another page"])
@pytest.mark.parametrize(
    ("cors", "vary"),
    [((), None), (("https://example.org",), "Origin"), (("*",), "Origin")],
    ids=["no pages may", "one may", "all may"],
)
async def test_a_cache_between_is_told_that_answers_depend_on_the_page(
    open_faked: OpenFaked, cors: tuple[str, ...], vary: str | None, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with (
        open_faked(config=HttpConfig(port=0, cors=cors)) as faked,
        faked.api.client.get("/api/v2/runtimes", headers=headers) as response,
    ):
        assert response.status == 200
        assert response.headers.get("Vary") == vary


@pytest.mark.parametrize("path", ["/api/v2/packages", "/api/v2/piston/packages/"])
async def test_packages_are_listed_and_changed_in_piston_s_words(faked: Faked, path: str) -> None:
    faked.api.keys.add("k", Key(name="me", digest="", rights=frozenset({Right.PACKAGES})))
    status, listed = await faked.api.get(path)
    assert status == 200
    assert isinstance(listed, list)
    assert {"language": "python", "language_version": "3.13.5", "installed": True} in listed
    assert (await faked.api.post(path, PACKAGE))[0] == 401
    told = {
        "already": (await faked.api.post(path, PACKAGE, Authorization="k")),
        "unknown": (
            await faked.api.post(path, {"language": "zzz", "version": "1"}, Authorization="k")
        ),
        "no version": (await faked.api.post(path, {"language": "zzz"}, Authorization="k")),
    }
    assert told == {
        "already": (500, {"message": "Already installed"}),
        "unknown": (404, {"message": "Requested package zzz-1 does not exist"}),
        "no version": (400, {"message": "version is required as a string"}),
    }
    async with faked.api.client.delete(
        path, json=PACKAGE, headers={"Authorization": "k"}
    ) as response:
        assert response.status == 500
        assert (await response.json())["message"] == (
            "python-3.13.5 belongs to this machine and is not removed here"
        )
