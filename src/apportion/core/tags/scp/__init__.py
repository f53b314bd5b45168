"""Service control policies for tags: generate, evaluate, prove, replay."""
