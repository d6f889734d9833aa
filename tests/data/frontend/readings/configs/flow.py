"""Configs: files, values, parsers, and where their values are used."""

import json
import tomllib

import own_parsers
from flowc import Config, FlowSpec, Parameter, config_expr, environment, kubernetes, project, resources, retry, step


FACTOR = 10


@project(name=config_expr("model").name, branch=config_expr("model.branches[1]"))
class Configs(FlowSpec):
    model = Config("model", default="model.json")
    deploy = Config("deploy", default="conf/deploy.toml", parser="tomllib.loads")
    by_function = Config("by_function", default="conf/deploy.toml", parser=tomllib.loads)
    as_json = Config("as_json", default_value='{"a": [1, 2.5, null, true]}', parser=json.loads)
    inline = Config("inline", default_value={"cpu": 2, "nested": {"deep-key": "x"}})
    requirements = Config("requirements", default="requirements.txt", parser=".plugins.pypi.parsers.requirements_txt_parser")
    own = Config("own", default="model.json", parser=own_parsers.parse)
    given = Config("given", required=True)
    optional = Config("optional")
    plain = Config("plain", default_value="text as it is", plain=True)
    missing = Config("missing", default="nowhere.json")
    broken = Config("broken", default_value="{not json")
    empty = Config("empty", default_value="")
    a_list = Config("a_list", default_value="[1]")
    both = Config("both", default="model.json", default_value={})

    rate = Parameter("rate", default=model.rate)
    image = Parameter("image", default=config_expr("deploy.image.tag"), help=f"for {model.name}")
    NAME = model["name"] + "-" + deploy["image"]["tag"]

    @retry(times=model.retries, minutes_between_retries=inline["cpu"])
    @kubernetes(**deploy.image, memory=model.sizes[0] * 2)
    @environment(vars={"KEY": inline.nested["deep-key"], "OWN": own.a, "GIVEN": given.a, "NONE": optional, "EMPTY": empty.a})
    @step
    def start(self):
        self.next({self.model.name: self.one, self.NAME: self.two}, condition="kind")

    @resources(cpu=config_expr("inline.cpu"), memory=config_expr("inline.cpu * 1024"), gpu=model.nothing, disk=config_expr("inline.cpu + FACTOR"), x=config_expr("model.name.upper()"))
    @step
    def one(self):
        self.next(self.end)

    @resources(cpu=config_expr("nowhere.cpu"), memory=config_expr("inline.nested.other"))
    @step
    def two(self):
        self.next(self.end)

    @step
    def end(self):
        print(self.plain)
