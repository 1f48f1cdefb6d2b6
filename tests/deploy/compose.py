"""One project, read by docker-compose 1.29 and by compose 2, brought to one shape."""

import json
import os
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PARSERS = ["1.29", "2"]


def load(parser, files=("docker-compose.yml",), folder=ROOT, env=None):
    """The project as the parser understands it. AssertionError with its words if it does not."""
    files = [str(Path(folder) / file) for file in files]
    if parser == "2":
        command = [os.environ["DEPLOY_TEST_COMPOSE_V2"], str(folder), *files]
    else:
        command = [os.environ["DEPLOY_TEST_COMPOSE_V1"], "--project-directory", str(folder)]
        for file in files:
            command += ["-f", file]
        command.append("config")
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=folder, env={**clean, **(env or {})}, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"compose {parser} refuses {files}: {done.stderr}")
    if parser == "2":
        return json.loads(done.stdout)
    return unescaped(yaml.safe_load(done.stdout))


def unescaped(value):
    """`docker-compose config` doubles every dollar, so that its output can be read in again."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, dict):
        return {key: unescaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unescaped(inner) for inner in value]
    return value


def mounts(service):
    """Target → (source, read only); for binds the source is a path below the project."""
    result = {}
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            source, target, *mode = volume.split(":")
            volume = {"source": source, "target": target, "read_only": mode == ["ro"]}
        source = volume["source"]
        if source.startswith(str(ROOT)):
            source = str(Path(source).relative_to(ROOT))
        result[volume["target"]] = (source, bool(volume.get("read_only")))
    return result


def ports(service):
    """Host address, host port and container port of what is published."""
    result = []
    for port in service.get("ports", []):
        if isinstance(port, str):
            result.append(tuple(port.removesuffix("/tcp").split(":")))
        else:
            result.append((port.get("host_ip", ""), str(port["published"]), str(port["target"])))
    return result
