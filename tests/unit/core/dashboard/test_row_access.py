"""Queries of pages: limited to a scope, and with no more relations than they read."""

from __future__ import annotations

from apportion.core.dashboard.row_access import TABLES, scoped_query
from apportion.model.relation import Query, Relation

MADE = {table: Relation(f"{table} 1") for table in TABLES}


def scoped(query: str, *owners: str) -> Query:
    return scoped_query(query, MADE, owners=owners or None, default="unallocated")


def read(query: str, *owners: str) -> set[str]:
    return {relation.name.removesuffix(" 1") for relation in scoped(query, *owners).reads}


def test_a_query_reads_the_tables_that_it_names() -> None:
    assert read("SELECT * FROM status") == {"status"}
    assert read('SELECT * FROM days JOIN "values" USING ("#value")') == {"days", "values"}


def test_direct_and_shared_cost_are_of_two_tables() -> None:
    assert read("SELECT * FROM paid") == {"days", "shares"}


def test_a_scope_of_pools_is_that_of_their_shares() -> None:
    assert read("SELECT pool FROM pools") == {"pools"}
    assert {"pools", "shares"} <= read("SELECT pool FROM pools", "SHOP")
    limited = scoped("SELECT pool FROM pools", "SHOP").sql
    assert """"shares" AS (SELECT * FROM "shares 1" WHERE "#owner" IN ('SHOP'))""" in limited


def test_a_relation_comes_after_those_that_it_reads() -> None:
    limited = scoped("SELECT * FROM drivers, paid", "SHOP").sql
    places = [limited.index(f"{name} AS (") for name in ('"days"', '"shares"', '"drivers"', "paid")]
    assert places == sorted(places)
