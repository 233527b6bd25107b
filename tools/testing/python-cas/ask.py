"""One question to python-cas: JSON {"version", "server", "service", "callback", "call", "arguments"}; answers JSON."""
import json
import sys

import cas

question = json.loads(sys.argv[1])
options = {"proxy_callback": question["callback"]} if question.get("callback") else {}
client = cas.CASClient(
    version=question["version"],
    server_url=question["server"],
    service_url=question["service"],
    **options,
)
try:
    answer = {"value": getattr(client, question["call"])(*question["arguments"])}
except cas.CASError as error:
    answer = {"error": [str(part) for part in error.args]}
print(json.dumps(answer))
