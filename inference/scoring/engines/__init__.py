"""Engines that run a scoring job: this machine or Apache Beam."""
