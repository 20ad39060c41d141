#!/usr/bin/env python3
"""Holds JSON Lines against the generated schema: check_events.py SCHEMA <EVENTS

Knows the part of JSON Schema that docs/events.schema.json uses.  Also checks that `seq` counts from 1 without gaps.
"""
import json
import re
import sys

SCHEMA = json.load(open(sys.argv[1]))
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float)}


def resolve(schema):
    while "$ref" in schema:
        node = SCHEMA
        for part in schema["$ref"].lstrip("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def errors(value, schema, path):
    schema = resolve(schema)
    kind = schema.get("type")
    if kind:
        good = isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if not good:
            return [f"{path}: {value!r} is no {kind}"]
    bad = []
    if "const" in schema and value != schema["const"]:
        bad.append(f"{path}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        bad.append(f"{path}: {value!r} is not in the list")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        bad.append(f"{path}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            bad.append(f"{path}: {value} is below {schema['minimum']}")
        if "maximum" in schema and value > schema["maximum"]:
            bad.append(f"{path}: {value} is above {schema['maximum']}")
    if isinstance(value, dict):
        props = schema.get("properties", {})
        bad += [f"{path}: {k} is missing" for k in schema.get("required", []) if k not in value]
        more = schema.get("additionalProperties", True)
        for k, v in value.items():
            if k in props:
                bad += errors(v, props[k], f"{path}.{k}")
            elif more is False:
                bad.append(f"{path}: unknown key {k}")
            elif isinstance(more, dict):
                bad += errors(v, more, f"{path}.{k}")
    if isinstance(value, list) and "items" in schema:
        for i, v in enumerate(value):
            bad += errors(v, schema["items"], f"{path}[{i}]")
    for part in schema.get("allOf", []):
        bad += errors(value, part, path)
    if "oneOf" in schema:
        tries = [errors(value, s, path) for s in schema["oneOf"]]
        if sum(not t for t in tries) != 1:
            event = value.get("event") if isinstance(value, dict) else None
            near = [t for s, t in zip(schema["oneOf"], tries)
                    if resolve(s).get("properties", {}).get("event", {}).get("const") == event]
            bad += near[0] if near else [f"{path}: fits {sum(not t for t in tries)} of the alternatives"]
    if "if" in schema and not errors(value, schema["if"], path):
        bad += errors(value, schema.get("then", {}), path)
    return bad


def main():
    failed = seq = 0
    for line in sys.stdin:
        event, seq = json.loads(line), seq + 1
        bad = errors(event, SCHEMA, event.get("event", "?"))
        if event.get("seq") != seq:
            bad.append(f"seq {event.get('seq')} where {seq} is due")
        for b in bad:
            print(b[:300])
        failed += bool(bad)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
