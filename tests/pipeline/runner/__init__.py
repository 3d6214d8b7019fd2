"""Tests of runs: outcomes, reasons, failures, records, reruns."""
