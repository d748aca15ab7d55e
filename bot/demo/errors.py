"""What the stand-in refuses, with the codes that Discord documents (docs: topics/opcodes-and-status-codes)."""

from bot.demo.state import Json


class ApiError(Exception):
    """A refusal of the REST API: an HTTP status and Discord's JSON error.

    ``retry_after_seconds`` is set for 429 only, and so is ``is_global``: the limit is that of all
    calls together. ``via`` tells whether Discord itself refuses, or something in front of it.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: Json | None = None,
        retry_after_seconds: float | None = None,
        is_global: bool = False,
        via: bool = True,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        self.is_global = is_global
        self.via = via

    def body(self) -> Json:
        """Return the JSON body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.retry_after_seconds is not None:
            body |= {"retry_after": self.retry_after_seconds, "global": self.is_global}
        return body

    def headers(self) -> dict[str, str]:
        """Return what the headers of the answer tell of it."""
        if self.retry_after_seconds is None:
            return {}
        headers = {"Retry-After": str(self.retry_after_seconds)}
        if self.via:
            headers["X-RateLimit-Scope"] = "global" if self.is_global else "user"
        if self.is_global:
            headers["X-RateLimit-Global"] = "true"
        return headers


class Problems:
    """Collects what is wrong in a form, by place, and raises it as Discord's 50035."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[str, ...], str, str]] = []

    def add(self, place: str, code: str, message: str) -> None:
        """Note one problem; ``place`` is a dotted path such as ``embeds.0.title``."""
        self._found.append((tuple(place.split(".")), code, message))

    def length(self, place: str, value: str, shortest: int, longest: int) -> None:
        """Note a text that is shorter than ``shortest`` or longer than ``longest`` characters."""
        if len(value) > longest:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
        elif len(value) < shortest:
            both = f"Must be between {shortest} and {longest} in length."
            self.add(place, "BASE_TYPE_BAD_LENGTH", both)

    def required(self, place: str) -> None:
        """Note a field that is missing."""
        self.add(place, "BASE_TYPE_REQUIRED", "This field is required")

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise what was noted.

        Raises:
            ApiError: 400 with code 50035 and the nested ``errors`` object.
        """
        if not self._found:
            return
        tree: Json = {}
        for place, code, message in self._found:
            node = tree
            for step in place:
                node = node.setdefault(step, {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        raise ApiError(400, 50035, "Invalid Form Body", errors=tree)


def unknown(what: str, code: int) -> ApiError:
    """Return the 404 for a thing that is not there, such as ``unknown("Message", 10008)``."""
    return ApiError(404, code, f"Unknown {what}")


def missing_access() -> ApiError:
    """Return the 403 for a channel that the app cannot see."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Return the 403 for something the app may not do there."""
    return ApiError(403, 50013, "Missing Permissions")
