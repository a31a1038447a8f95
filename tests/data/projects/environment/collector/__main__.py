from pydantic import BaseModel


class Event(BaseModel):
    name: str
    size: int


print(Event(name="start", size="3").model_dump_json())
