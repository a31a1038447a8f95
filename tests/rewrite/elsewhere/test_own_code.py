"""R24: Python code of the app that starts uv."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, warned

from uvdive.rewrite.elsewhere.code.own_code import code_calls


@pytest.mark.parametrize(
    ("code", "simple"),
    [
        ('import subprocess\nsubprocess.run(["uv", "run", "flask"])\n', True),
        ('import subprocess\nsubprocess.run(["uv", "run", "--no-sync", "flask"])\n', True),
        ('import subprocess\nsubprocess.run(["uv", "run", "--extra", "web", "flask"])\n', False),
        ('import os\nos.execvp("uv", ["uv", "run", "flask"])\n', True),
        ('import os\nos.execlp("uv", "uv", "run", "flask")\n', True),
        ('import os\nos.system("uv run flask")\n', True),
        ('cmd = ["uv", "run", "flask"]\nstart(cmd)\n', True),
        ('c = "uv run flask"\nsubprocess.run(c, shell=True)\n', True),
        ('await asyncio.create_subprocess_exec("/usr/local/bin/uv", "run", "flask")\n', True),
        ('subprocess.check_call(["uvx", "ruff"])\n', False),
        ('subprocess.run(f"uv pip install {name}", shell=True)\n', False),
        ('subprocess.run(["uv", "--version"])\n', False),
        ('subprocess.run(["uv"])\n', False),
        ('subprocess.run("uv", shell=True)\n', False),
    ],
)
def test_the_apps_own_code_keeps_uv(around, code, simple) -> None:
    result = around({"web.py": code}, copied=("web.py",))
    made = decision(result, "uv-elsewhere")
    assert made.chosen == "keep-uv"
    assert "web.py, line " in made.summary
    assert ("shim" in [alternative.value for alternative in made.alternatives]) == simple
    assert not result.files


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('UV = "uv"\nsubprocess.run([UV, "run", "x"])', "uv run x"),
        ('UV: str = "uv"\nsubprocess.run([UV, "run", "x"])', "uv run x"),
        ('UV = shutil.which("uv") or "uv"\n\nsubprocess.run([UV, "run", "x"])', "uv run x"),
        ('self.uv = shutil.which("uv")\n\nsubprocess.run([self.uv, "sync"])', "uv sync"),
        ('UV = os.environ.get("UV", "uv")\nsubprocess.run([UV, "run", "x"])', "uv run x"),
        ('UV = "uv" if linux else "uv.exe"\nsubprocess.run([UV, "run", "x"])', "uv run x"),
        ('UV = Path("/usr/local/bin/uv")\nsubprocess.run([str(UV), "run", "x"])', "/usr/local/bin/uv run x"),
        ('subprocess.run([find_uv_bin(), "run", "x"])', "uv run x"),
        ('UV = "uv"\nsubprocess.run(f"{UV} run {name}", shell=True)', "uv run $"),
        ('UV = "uv"\nsubprocess.run(UV + " run x", shell=True)', "uv run x"),
        ('subprocess.run("uv run x".split())', "uv run x"),
        ("subprocess.run(shlex.split(\"uv run 'x y'\"))", "uv run x y"),
        ('subprocess.run(shlex.split("uv run \'x"))', "uv run 'x"),
        ('subprocess.run([sys.executable, "-m", "uv", "run", "x"])', "uv run x"),
        ('subprocess.run(["python", "-I", "-m", "uv", "run", "x"])', "uv run x"),
        ('subprocess.run(args="uv run x", shell=True)', "uv run x"),
        ('subprocess.run(cmd := ["uv", "run", "x"])', "uv run x"),
        ('subprocess.run(["sh", "-c", "cd a && exec uv run x"])', "uv run x"),
        ('subprocess.run(["tini", "--", "uv", "run", "x"])', "uv run x"),
        ('subprocess.run("cd a && A=1 uv run x", shell=True)', "uv run x"),
        ('subprocess.run("""\nset -e\nuv sync\n""", shell=True)', "uv sync"),
        ('command = "cd a; uv run x"\nos.system(command)', "uv run x"),
        ('subprocess.run(["uv", "run"] + args)', "uv run $"),
        ('subprocess.run(["uv", *args])', "uv $"),
        ('ARGS = ["run", "x"]\nsubprocess.run(["uv", *ARGS])', "uv run x"),
        ('RUNS = {"a": "uv run x"}\nos.system(RUNS["a"])', "uv run x"),
        ('RUNS = {"a": ["uv", "run", "x"]}\n\nsubprocess.run(RUNS[name])', "uv run x"),
        ('os.spawnlp(os.P_WAIT, "uv", "uv", "run", "x")', "uv run x"),
        ('import sh\nsh.uv("run", "x")', "uv run x"),
        ('from sh import uv\nuv("sync")', "uv sync"),
        ('local["uv"]("sync")', "uv"),
        ('StdioServerParameters(command="uvx", args=["some-mcp"])', "uvx some-mcp"),
        ('config = {"command": "uv", "args": ["run", "x"]}', "uv run x"),
    ],
)
def test_a_call_is_found_however_the_code_puts_it(code, words) -> None:
    assert [" ".join(call.words) for call in code_calls(code) if call.kind == "starts"][-1:] == [words]


@pytest.mark.parametrize(
    "code",
    [
        'fields = ["uv", "humidity"]\n',
        'fields = ["uv", humidity]\n',
        'fields = ["uv", *others]\n',
        'print(names["uv"], "uv")\n',
        'model.run(data, "uv")\n',
        'subprocess.run("echo uv run x", shell=True)\n',
        'subprocess.run(["echo", "uv"])\n',
        'subprocess.run(["git", "-m", "a", "b", "-m", "uv"])\n',
        'config = {"command": "uv"}\n',
        "from .plot import uv\nuv('index')\n",
        '"""Start it by `uv run web`."""\nprint("uv run web")\n',
        '# subprocess.run(["uv", "run"])\n',
        'model.run("uv index")\n',
        "not python (\n",
    ],
)
def test_code_that_only_names_uv_is_no_matter(around, code) -> None:
    result = around({"web.py": code}, copied=("web.py",))
    assert decision(result, "uv-elsewhere") is None
    assert not warned(result, "R24")


def test_code_that_no_instruction_copies_is_no_matter(around) -> None:
    result = around({"noted.py": 'subprocess.run(["uv", "run", "x"])\n'})
    assert decision(result, "uv-elsewhere") is None


def test_code_that_asks_where_uv_is_and_code_beside_the_app_are_named(around) -> None:
    files = {"web.py": 'shutil.which("uv")\n', "scripts/a.py": '\nsubprocess.run(["uv", "sync"])\n'}
    result = around(files, copied=("web.py", "scripts/a.py"))
    assert decision(result, "uv-elsewhere") is None
    assert [text.partition(" ")[0] for _, text in warned(result, "R24")] == ["scripts/a.py,", "web.py,"]


def test_where_uv_stays_nothing_is_said_of_an_image_without_it(around) -> None:
    files = {
        "web.py": 'subprocess.run(["uv", "run", "x"])\n',
        "values.yaml": "image: me/x\ncommand: [uv, run, x]\n",
    }
    files["worker/Dockerfile"] = "FROM scratch\n"
    said = [w.text for w in around(files, copied=("web.py",)).warnings]
    assert not any("has none any more" in text for text in said)
    assert any(
        "has none any more" in w.text for w in around({**files, "web.py": ""}, copied=("web.py",)).warnings
    )


_CONFIG = 'config = {"mcpServers": {"me": {"command": "uvx", "args": ["me"]}}}'
_ME = '{"command": "uvx", "args": ["me"]}'


@pytest.mark.parametrize(
    "code",
    [
        f"print(json.dumps({_ME}, indent=2))",
        f"def show():\n    {_CONFIG}\n    path.write_text(json.dumps(config))",
        f'def show():\n    {_CONFIG}\n    config["mcpServers"]["b"] = 1\n    json.dump(config, f)',
        f"{_CONFIG}\nprint(json.dumps(config))",
        f'def show():\n    all = {{}}\n    all["me"] = {_ME}\n    console.print_json(data=all)',
        f"def made():\n    return {_ME}\n\nprint(json.dumps(made()))",
        f'@app.get("/setup")\ndef setup():\n    return {_ME}',
        f"def show(a):\n    d = {_ME}\n    if a:\n        d.update(a)\n    print(d)",
        f"def show(a):\n    d = [{_ME}]\n    if a in d:\n        print(len(d), d[0].items(), d.copy())",
    ],
)
def test_settings_that_are_only_written_down_start_nothing(around, code) -> None:
    assert {call.kind for call in code_calls(code)} == {"writes"}
    result = around({"web.py": code}, copied=("web.py",))
    assert decision(result, "uv-elsewhere") is None
    ((_, said),) = warned(result, "R24")
    assert said.startswith(f"web.py, line {code_calls(code)[0].line} writes down a command of uv's for ")


@pytest.mark.parametrize(
    "code",
    [
        f"{_CONFIG}\nclient = MultiServerMCPClient(config)",
        f"{_CONFIG}\nprint(config)\nclient = Client(config)",
        f"{_CONFIG}\nprint(config)\nclient = Client(config['mcpServers'])",
        f"async with stdio_client(StdioServerParameters(**{_ME})): ...",
        f"def made():\n    return {_ME}\n\nClient(made())",
        f"def made():\n    return {_ME}\n\nprint(made())\nmap(made, a)",
        f"def made():\n    return {_ME}",
        f"@fixture\ndef made():\n    return {_ME}\n\nprint(made())",
        f'def made():\n    text = json.dumps({_ME})\n    subprocess.run(["claude", text])',
        f'subprocess.run(["claude", "mcp", "add-json", json.dumps({_ME})])',
        f"class A:\n    def __init__(self):\n        self.servers = {_ME}\n        print(self.servers)",
        f"def run():\n    for s in [{_ME}]:\n        start(s)",
        f"start(servers={_ME})",
        f"start(*{_ME}.values())",
        f"d = e = {_ME}\nprint(d)\nstart(e)",
        f"print(d := {_ME})",
    ],
)
def test_settings_that_something_may_start_are_calls(code) -> None:
    assert {call.kind for call in code_calls(code)} == {"starts"}


def test_settings_that_another_module_names_are_calls(around) -> None:
    files = {"web.py": f"{_CONFIG}\nprint(config)\n", "b.py": "from web import config\nClient(config)\n"}
    assert decision(around(files, copied=("web.py", "b.py")), "uv-elsewhere").chosen == "keep-uv"
    assert decision(around({**files, "b.py": ""}, copied=("web.py", "b.py")), "uv-elsewhere") is None
