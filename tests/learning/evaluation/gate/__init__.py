"""Tests of the gate: it decides on evidence, explains what is lacking, and fails closed."""
