"""What vobject reads of vCards and calendars: for each file named on the command line one line of JSON,
a list of [components, name, parameters, value], or a string that says why there is none."""

import base64
import json
import logging
import sys

import vobject

logging.disable(logging.CRITICAL)


def facts(component, path):
    path = path + [component.name.upper()]
    for child in component.getChildren():
        if isinstance(child, vobject.base.Component):
            yield from facts(child, path)
            continue
        name = child.name.upper()
        if child.group:
            name = child.group.upper() + "." + name
        parameters = [[key.upper(), value] for key, values in child.params.items() for value in values]
        parameters += [["", word] for word in child.singletonparams]
        value = child.value
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        elif isinstance(value, list):
            value = ",".join(value)
        yield ["/".join(path), name, parameters, value]


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        text = file.read()
    try:
        text = text.decode("utf-8-sig", "replace")
        read = vobject.readComponents(text, validate=False, transform=False, ignoreUnreadable=True, allowQP=True)
        print(json.dumps([fact for component in read for fact in facts(component, [])]))
    except Exception as why:
        print(json.dumps(type(why).__name__))
