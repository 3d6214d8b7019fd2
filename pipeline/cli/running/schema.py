"""The JSON Schema of pipeline.yaml, for completion and checks in editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.specification.stage import Pipeline

__all__ = ["json_schema"]


def json_schema(pipeline: Pipeline) -> dict[str, Any]:
    """Return the JSON Schema of pipeline.yaml, with the settings of the stages in *pipeline*."""
    from pydantic.json_schema import models_json_schema

    from schemas.settings.pipeline_file import PipelineEntry, StageEntry

    configs = {stage.name: type(stage.config) for stage in pipeline.stages}
    models = dict.fromkeys((PipelineEntry, StageEntry, *configs.values()))
    references, definitions = models_json_schema([(model, "validation") for model in models])
    _describe(definitions["$defs"])
    schema: dict[str, Any] = definitions["$defs"].pop("PipelineEntry")
    entry = definitions["$defs"]["StageEntry"]
    schema["properties"]["stages"]["properties"] = {
        stage.name: {
            **entry,
            "description": (stage.component.function.__doc__ or "").partition("\n")[0],
            "properties": {**entry["properties"], "config": references[configs[stage.name], "validation"]},
        }
        for stage in pipeline.stages
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions["$defs"]}


def _describe(definitions: dict[str, Any]) -> None:
    """Add what each setting means."""
    from schemas.settings.config import Config
    from schemas.settings.descriptions import descriptions

    models = [Config]
    for model in models:
        models += model.__subclasses__()
        properties = definitions.get(model.__name__, {}).get("properties", {})
        for name, text in descriptions(model).items():
            if name in properties:
                properties[name] = dict(sorted({**properties[name], "description": text}.items()))
