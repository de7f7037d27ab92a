"""The pytest plugin, which the module `mockserver_contract` registers."""

pytest_plugins = ["mockserver.pytest_plugin.plugin"]  # for `-p mockserver.pytest_plugin`
