"""Grids of recipes, and the engines that train every model of one."""
