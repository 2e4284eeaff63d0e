# What bash completes on the command lines of our programs: each file is made of what the
# program prints as its help, so that no option is missing.
completiondir = $(datadir)/bash-completion/completions
completion_DATA = tools/completion/check_sflow tools/completion/gmetad-bridge \
	tools/completion/sflowget
CLEANFILES += $(completion_DATA)
COMPLETION_AWK = $(srcdir)/tools/completion/completion.awk
EXTRA_DIST += tools/completion/completion.awk

# $@ is made of the help of $$program, whose status as a plugin is 3.
complete = $(MKDIR_P) $(@D) && { "$$program" --help || test $$? = 3; } | \
	$(AWK) -v name=$(@F) -f '$(COMPLETION_AWK)' >$@.new && mv $@.new $@

tools/completion/check_sflow: tools/check_sflow/check_sflow$(EXEEXT) $(COMPLETION_AWK)
	$(AM_V_GEN)program=tools/check_sflow/check_sflow$(EXEEXT); $(complete)
tools/completion/gmetad-bridge: gmetad-bridge/gmetad-bridge$(EXEEXT) $(COMPLETION_AWK)
	$(AM_V_GEN)program=gmetad-bridge/gmetad-bridge$(EXEEXT); $(complete)
tools/completion/sflowget: tools/sflowget/sflowget$(EXEEXT) $(COMPLETION_AWK)
	$(AM_V_GEN)program=tools/sflowget/sflowget$(EXEEXT); $(complete)
