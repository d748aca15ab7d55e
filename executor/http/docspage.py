"""Draws the API's description as one page: no scripts, nothing from elsewhere. Pure."""

import html
from collections.abc import Iterator, Mapping
from typing import Any, Final

_STYLE: Final = """
:root { color-scheme: light dark; }
body { background: light-dark(#fff, #16181d); color: light-dark(#1b1d22, #e6e8ee); }
a { color: light-dark(#2f4ac0, #8ea4ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 6px;
  margin: 0.6rem 0; padding: 0 0.8rem; }
summary { padding: 0.6rem 0; cursor: pointer; }
summary b { display: inline-block; min-width: 4.5rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0;
  border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
"""

Shape = Mapping[str, Any]


def docs_page(document: Shape) -> str:
    """Return the page for an OpenAPI document."""
    info = document["info"]
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(info['title'])} API</title><style>{_STYLE}</style></head><body><main>",
            f"<h1>{_text(info['title'])} API</h1><p>{_text(info['description'])}</p>",
            '<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1)</p>',
            *_operations(document),
            "<h2>Shapes</h2>",
            *_shapes(document),
            "</main></body></html>",
        ]
    )


def _operations(document: Shape) -> Iterator[str]:
    tag = ""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield f"<h2>{_text(tag)}</h2>"
            yield f"<details><summary><b>{method.upper()}</b> <code>{_text(path)}</code> "
            yield f"{_text(operation['summary'])}</summary>"
            if "description" in operation:
                yield f"<p>{_text(operation['description'])}</p>"
            if "requestBody" in operation:
                yield f"<p>Body: {_content(operation['requestBody'])}</p>"
            yield from _answers(operation["responses"])
            yield "</details>"


def _answers(responses: Shape) -> Iterator[str]:
    yield '<div class="table"><table><tr><th>Status<th>Answer<th>Shape</tr>'
    for status, answer in responses.items():
        told = _text(answer["description"])
        yield f"<tr><td>{status}<td>{told}<td>{_content(answer)}</tr>"
    yield "</table></div>"


def _shapes(document: Shape) -> Iterator[str]:
    for name, shape in document["components"]["schemas"].items():
        yield f'<details id="{_text(name)}"><summary><code>{_text(name)}</code> '
        yield f"{_text(shape.get('description', ''))}</summary>"
        required = shape.get("required", ())
        yield '<div class="table"><table><tr><th>Key<th>Type<th>Meaning</tr>'
        for key, value in shape.get("properties", {}).items():
            need = "" if key in required else " (optional)"
            meaning = _text(value.get("description", ""))
            yield f"<tr><td><code>{_text(key)}</code>{need}<td>{_type(value)}<td>{meaning}</tr>"
        yield "</table></div></details>"


def _content(part: Shape) -> str:
    return ", ".join(
        _type(content["schema"]) if media == "application/json" else f"<code>{_text(media)}</code>"
        for media, content in part.get("content", {}).items()
    )


def _type(shape: Shape) -> str:
    if "$ref" in shape:
        name = _text(shape["$ref"].rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in shape:
        return " or ".join(_type(one) for one in shape["anyOf"])
    if "enum" in shape:
        return ", ".join(f"<code>{_text(str(one))}</code>" for one in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_type(shape.get('items', {}))}"
    return _text(str(shape.get("const") or shape.get("type", "anything")))


def _text(text: str) -> str:
    return html.escape(text)
