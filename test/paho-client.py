"""Drives Eclipse Paho for a test: options as JSON in the first argument, then one JSON command a
line on standard input and one JSON event a line on standard output. Ends with its connection."""

import json
import os
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def say(event, **facts):
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def value_of(code):
    return getattr(code, "value", code)


def on_connect(client, _, flags, code, properties=None):
    say("connected", code=value_of(code), sessionPresent=bool(flags["session present"]))
    if value_of(code) != 0:
        os._exit(0)


def on_disconnect(client, _, code, properties=None):
    say("ended", code=value_of(code))
    os._exit(0)


def on_message(client, _, message):
    payload = message.payload.decode("utf-8", "replace")
    retain = bool(message.retain)
    facts = {"topic": message.topic, "qos": message.qos, "retain": retain}
    say("message", payload=payload, hex=message.payload.hex(), **facts)


def on_subscribe(client, _, mid, codes, properties=None):
    say("done", id=mid, codes=[value_of(code) for code in codes])


def on_publish(client, _, mid):
    say("done", id=mid, codes=[])


def client_for(options):
    version = options.get("version", 4)
    clean = {} if version == mqtt.MQTTv5 else {"clean_session": options.get("clean", True)}
    client = mqtt.Client(options.get("clientId", ""), protocol=version, **clean)
    if "username" in options:
        client.username_pw_set(options["username"], options.get("password"))
    if options.get("tls"):
        tls = options["tls"]
        client.tls_set(tls["ca"], tls.get("certificate"), tls.get("key"))
    if options.get("will"):
        client.will_set(**with_bytes(options["will"]))
    for name in ("connect", "disconnect", "message", "subscribe", "publish"):
        setattr(client, f"on_{name}", globals()[f"on_{name}"])
    return client


def with_bytes(message):
    """A payload that is no text comes in hex."""
    if "hex" not in message:
        return message
    rest = {key: value for key, value in message.items() if key != "hex"}
    return {**rest, "payload": bytes.fromhex(message["hex"])}


def connect(client, options):
    more = {}
    if options.get("version") == mqtt.MQTTv5:
        more["clean_start"] = options.get("clean", True)
        more["properties"] = Properties(PacketTypes.CONNECT)
        more["properties"].SessionExpiryInterval = 0 if options.get("clean", True) else 3600
    client.connect("localhost", options["port"], keepalive=30, **more)
    client.loop_start()


def obey(client, command):
    what = command.pop("do")
    if what == "subscribe":
        say("begun", id=client.subscribe(command["filter"], command["qos"])[1])
    elif what == "publish":
        say("begun", id=client.publish(**with_bytes(command)).mid)
    elif what == "leave":
        client.disconnect()
    elif what == "vanish":
        os._exit(0)


def main():
    options = json.loads(sys.argv[1])
    client = client_for(options)
    try:
        connect(client, options)
    except OSError as reason:
        say("refused", reason=str(reason))
        return
    for line in sys.stdin:
        obey(client, json.loads(line))


main()
