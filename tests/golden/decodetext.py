"""The text that sflowget --decode prints, made of its JSON."""
import itertools


def quoted(text):
    out = ""
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out += "\\" + char
        else:
            out += char if " " <= char <= "~" else f"\\x{byte:02x}"
    return f'"{out}"'


def leaves(value, path, about=None):
    """(path, value, what it means) of all that is in a field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not key.endswith("_text"):
                yield from leaves(inner, f"{path}.{key}", value.get(key + "_text"))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{place}]")
    else:
        yield path, value, about


def block(depth, head, structure, object_, inside):
    indent = "  " * depth
    yield [indent + head]
    for path, value, about in leaves(object_.get("fields", {}), structure):
        tail = f" ({about})" if about else ""
        # JSON doesn't tell a text from an address, nor from bytes
        texts = [str(value)]
        if isinstance(value, str):
            texts = [value, quoted(value)] if value else ['""', "-"]
        yield [f"{indent}  {path} {text}{tail}" for text in texts]
    for record in object_.get(inside, []):
        yield from named_block(depth + 1, record)
    if "note" in object_:
        yield [f"{indent}  note: {object_['note']}"]
    if "rest" in object_:
        yield [f"{indent}  rest {object_['rest_length']} bytes {object_['rest']}"]


def named_block(depth, object_):
    structure = object_.get("structure", "unknown")
    head = f"{structure} {object_['format']} {object_['length']} bytes"
    yield from block(depth, head, structure, object_, "records")


def datagram(object_):
    """For each line the texts that it may be."""
    source = f" from {object_['from']}" if "from" in object_ else ""
    head = f"datagram {object_['length']} bytes{source} at {object_['time']}"
    yield from block(0, head, "datagram", object_, "samples")


def faults_of(datagrams, lines):
    expected = itertools.chain.from_iterable(datagram(d) for d in datagrams)
    faults = []
    for number, (texts, line) in enumerate(itertools.zip_longest(expected, lines), 1):
        if texts is None or line not in texts:
            faults.append(f"line {number}: {line!r} and not {texts}")
            if len(faults) == 10:
                break
    return faults
