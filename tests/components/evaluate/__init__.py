"""Tests of the stages that evaluate a model: trained here, or a bundle."""
