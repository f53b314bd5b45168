"""The structs that a Parquet file holds, after parquet.thrift of apache/parquet-format."""

from __future__ import annotations

from .thrift import BINARY, BOOL, BYTE, I16, I32, I64, LIST, STRUCT, Struct

_EMPTY = Struct("LogicalType", {})
_UNIT = Struct(
    "TimeUnit",
    {1: ("MILLIS", STRUCT, _EMPTY), 2: ("MICROS", STRUCT, _EMPTY), 3: ("NANOS", STRUCT, _EMPTY)},
)
_TIME = Struct("TimeType", {1: ("utc", BOOL, None), 2: ("unit", STRUCT, _UNIT)}, ("utc", "unit"))
_DECIMAL = Struct(
    "DecimalType",
    {1: ("scale", I32, None), 2: ("precision", I32, None)},
    ("scale", "precision"),
)
_INTEGER = Struct("IntType", {1: ("bits", BYTE, None), 2: ("signed", BOOL, None)}, ("bits",))
_ANYTHING = Struct("LogicalType", {}, open=True)
_LOGICAL = Struct(
    "LogicalType",
    {
        1: ("STRING", STRUCT, _EMPTY),
        2: ("MAP", STRUCT, _EMPTY),
        3: ("LIST", STRUCT, _EMPTY),
        4: ("ENUM", STRUCT, _EMPTY),
        5: ("DECIMAL", STRUCT, _DECIMAL),
        6: ("DATE", STRUCT, _EMPTY),
        7: ("TIME", STRUCT, _TIME),
        8: ("TIMESTAMP", STRUCT, _TIME),
        10: ("INTEGER", STRUCT, _INTEGER),
        11: ("UNKNOWN", STRUCT, _EMPTY),
        12: ("JSON", STRUCT, _EMPTY),
        13: ("BSON", STRUCT, _EMPTY),
        14: ("UUID", STRUCT, _EMPTY),
        15: ("FLOAT16", STRUCT, _EMPTY),
        16: ("VARIANT", STRUCT, _ANYTHING),
        17: ("GEOMETRY", STRUCT, _ANYTHING),
        18: ("GEOGRAPHY", STRUCT, _ANYTHING),
    },
)
_ELEMENT = Struct(
    "SchemaElement",
    {
        1: ("type", I32, None),
        2: ("length", I32, None),
        3: ("repetition", I32, None),
        4: ("name", BINARY, None),
        5: ("children", I32, None),
        6: ("converted", I32, None),
        7: ("scale", I32, None),
        8: ("precision", I32, None),
        9: ("field_id", I32, None),
        10: ("logical", STRUCT, _LOGICAL),
    },
    ("name",),
)
_STATISTICS = Struct(
    "Statistics",
    {
        1: ("max", BINARY, None),
        2: ("min", BINARY, None),
        3: ("nulls", I64, None),
        4: ("distinct", I64, None),
        5: ("max_value", BINARY, None),
        6: ("min_value", BINARY, None),
        7: ("max_exact", BOOL, None),
        8: ("min_exact", BOOL, None),
    },
    open=True,
)
_PAIR = Struct("KeyValue", {1: ("key", BINARY, None), 2: ("value", BINARY, None)}, ("key",))
_PAGE_COUNT = Struct(
    "PageEncodingStats",
    {1: ("page", I32, None), 2: ("encoding", I32, None), 3: ("count", I32, None)},
    ("page", "encoding", "count"),
)
_SIZES = Struct(
    "SizeStatistics",
    {
        1: ("bytes", I64, None),
        2: ("repetitions", LIST, I64),
        3: ("definitions", LIST, I64),
    },
)
_CHUNK_META = Struct(
    "ColumnMetaData",
    {
        1: ("type", I32, None),
        2: ("encodings", LIST, I32),
        3: ("path", LIST, BINARY),
        4: ("codec", I32, None),
        5: ("values", I64, None),
        6: ("unpacked_size", I64, None),
        7: ("packed_size", I64, None),
        8: ("pairs", LIST, _PAIR),
        9: ("data_offset", I64, None),
        10: ("index_offset", I64, None),
        11: ("dictionary_offset", I64, None),
        12: ("statistics", STRUCT, _STATISTICS),
        13: ("page_counts", LIST, _PAGE_COUNT),
        14: ("bloom_offset", I64, None),
        15: ("bloom_length", I32, None),
        16: ("sizes", STRUCT, _SIZES),
    },
    ("type", "encodings", "path", "codec", "values", "unpacked_size", "packed_size", "data_offset"),
    open=True,
)
_CHUNK = Struct(
    "ColumnChunk",
    {
        1: ("file", BINARY, None),
        2: ("offset", I64, None),
        3: ("meta", STRUCT, _CHUNK_META),
        4: ("offset_index", I64, None),
        5: ("offset_index_length", I32, None),
        6: ("column_index", I64, None),
        7: ("column_index_length", I32, None),
    },
    ("meta",),
    open=True,
)
_SORTING = Struct(
    "SortingColumn",
    {1: ("column", I32, None), 2: ("descending", BOOL, None), 3: ("nulls_first", BOOL, None)},
)
_ROW_GROUP = Struct(
    "RowGroup",
    {
        1: ("columns", LIST, _CHUNK),
        2: ("size", I64, None),
        3: ("rows", I64, None),
        4: ("sorting", LIST, _SORTING),
        5: ("offset", I64, None),
        6: ("packed_size", I64, None),
        7: ("ordinal", I16, None),
    },
    ("columns", "size", "rows"),
    open=True,
)
_ORDER = Struct("ColumnOrder", {1: ("type_order", STRUCT, _EMPTY)}, open=True)
FOOTER = Struct(
    "FileMetaData",
    {
        1: ("version", I32, None),
        2: ("schema", LIST, _ELEMENT),
        3: ("rows", I64, None),
        4: ("groups", LIST, _ROW_GROUP),
        5: ("pairs", LIST, _PAIR),
        6: ("created_by", BINARY, None),
        7: ("orders", LIST, _ORDER),
    },
    ("version", "schema", "rows", "groups"),
    open=True,
)

_DATA_HEADER = Struct(
    "DataPageHeader",
    {
        1: ("values", I32, None),
        2: ("encoding", I32, None),
        3: ("definition_levels", I32, None),
        4: ("repetition_levels", I32, None),
        5: ("statistics", STRUCT, _STATISTICS),
    },
    ("values", "encoding", "definition_levels", "repetition_levels"),
)
_DICTIONARY_HEADER = Struct(
    "DictionaryPageHeader",
    {1: ("values", I32, None), 2: ("encoding", I32, None), 3: ("sorted", BOOL, None)},
    ("values", "encoding"),
)
_DATA_2_HEADER = Struct(
    "DataPageHeaderV2",
    {
        1: ("values", I32, None),
        2: ("nulls", I32, None),
        3: ("rows", I32, None),
        4: ("encoding", I32, None),
        5: ("definition_bytes", I32, None),
        6: ("repetition_bytes", I32, None),
        7: ("compressed", BOOL, None),
        8: ("statistics", STRUCT, _STATISTICS),
    },
    ("values", "nulls", "rows", "encoding", "definition_bytes", "repetition_bytes"),
)
PAGE = Struct(
    "PageHeader",
    {
        1: ("type", I32, None),
        2: ("unpacked", I32, None),
        3: ("packed", I32, None),
        4: ("crc", I32, None),
        5: ("data", STRUCT, _DATA_HEADER),
        6: ("index", STRUCT, Struct("IndexPageHeader", {})),
        7: ("dictionary", STRUCT, _DICTIONARY_HEADER),
        8: ("data_2", STRUCT, _DATA_2_HEADER),
    },
    ("type", "unpacked", "packed"),
)
