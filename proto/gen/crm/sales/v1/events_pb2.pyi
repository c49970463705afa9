from crm.options.v1 import options_pb2 as _options_pb2
from crm.sales.v1 import sales_pb2 as _sales_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PipelineCreated(_message.Message):
    __slots__ = ("pipeline",)
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    pipeline: _sales_pb2.Pipeline
    def __init__(self, pipeline: _Optional[_Union[_sales_pb2.Pipeline, _Mapping]] = ...) -> None: ...

class PipelineUpdated(_message.Message):
    __slots__ = ("pipeline", "changed_fields")
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    pipeline: _sales_pb2.Pipeline
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, pipeline: _Optional[_Union[_sales_pb2.Pipeline, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class PipelineDeleted(_message.Message):
    __slots__ = ("pipeline",)
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    pipeline: _sales_pb2.Pipeline
    def __init__(self, pipeline: _Optional[_Union[_sales_pb2.Pipeline, _Mapping]] = ...) -> None: ...

class ProductCreated(_message.Message):
    __slots__ = ("product",)
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    product: _sales_pb2.Product
    def __init__(self, product: _Optional[_Union[_sales_pb2.Product, _Mapping]] = ...) -> None: ...

class ProductUpdated(_message.Message):
    __slots__ = ("product", "changed_fields")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    product: _sales_pb2.Product
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, product: _Optional[_Union[_sales_pb2.Product, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ProductDeleted(_message.Message):
    __slots__ = ("product",)
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    product: _sales_pb2.Product
    def __init__(self, product: _Optional[_Union[_sales_pb2.Product, _Mapping]] = ...) -> None: ...

class OpportunityCreated(_message.Message):
    __slots__ = ("opportunity",)
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ...) -> None: ...

class OpportunityUpdated(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityDeleted(_message.Message):
    __slots__ = ("opportunity",)
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ...) -> None: ...

class OpportunityStageChanged(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityWon(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityLost(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityReopened(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: _sales_pb2.Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[_sales_pb2.Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TaskCreated(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: _sales_pb2.Task
    def __init__(self, task: _Optional[_Union[_sales_pb2.Task, _Mapping]] = ...) -> None: ...

class TaskUpdated(_message.Message):
    __slots__ = ("task", "changed_fields")
    TASK_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    task: _sales_pb2.Task
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, task: _Optional[_Union[_sales_pb2.Task, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TaskDeleted(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: _sales_pb2.Task
    def __init__(self, task: _Optional[_Union[_sales_pb2.Task, _Mapping]] = ...) -> None: ...
