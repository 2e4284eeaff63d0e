# sflowget: values of agents for people, scripts and other tools.
