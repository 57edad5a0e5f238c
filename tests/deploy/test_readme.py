"""What deploy/README.md tells people to type exists."""

from __future__ import annotations

import re

from tests.deploy.templates import CLOUDFORMATION, DEPLOY, template

README = (DEPLOY / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"aws cloudformation deploy((?:[^\n]|\\\n\s*)+)", README.replace("\\\n", " "))


def test_commands_name_templates_and_parameters() -> None:
    """Every command deploys a template that is there, with parameters that it has and all that it needs."""
    seen = set()
    for command in COMMANDS:
        found = re.search(r"--template-file deploy/cloudformation/(\w+)\.yaml", command)
        assert found is not None
        seen.add(found[1])
        parameters = template(found[1]).parameters
        given = set(re.findall(r"(\w+)=", command.partition("--parameter-overrides")[2]))
        assert given <= set(parameters)
        assert {name for name, one in parameters.items() if "Default" not in one} <= given
        makes_roles = any(one.type == "AWS::IAM::Role" for one in template(found[1]).resources.values())
        assert ("CAPABILITY_NAMED_IAM" in command) is makes_roles
    assert seen == {path.stem for path in CLOUDFORMATION.glob("*.yaml")}


def test_links_lead_somewhere() -> None:
    """No link to a file that is not there."""
    links = re.findall(r"\]\((?!#|http)([^)#]+)\)", README)
    assert links
    assert all((DEPLOY / one).exists() for one in links)


def test_it_says_plainly_what_was_not_done() -> None:
    """Nobody may think that the image was built or AWS was asked."""
    assert "**Not built yet**" in README
    assert "**Verified on real AWS: no.**" in README
