import py4j, yaml
