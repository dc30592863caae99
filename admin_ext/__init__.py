"""Every staff screen: one package per workflow. Composes clinic and reports, and writes nothing by itself."""
