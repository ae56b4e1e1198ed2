// Its target only carries the precompiled headers of all tests.
