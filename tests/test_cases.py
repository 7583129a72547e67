"""Collect the case files of `test-data/`; steps run in each of the ways that mypy can be run."""

from __future__ import annotations

import harness


class TestCases(harness.CaseSuite):
    files = harness.data_files("check-*.test")


class TestStepsFresh(harness.StepsSuite):
    files = harness.data_files("steps-*.test")


class TestStepsWarm(harness.WarmStepsSuite):
    files = harness.data_files("steps-*.test")


class TestStepsDaemon(harness.DaemonStepsSuite):
    files = harness.data_files("steps-*.test")


class TestStepsWorkers(harness.WorkersStepsSuite):
    files = harness.data_files("steps-*.test")
