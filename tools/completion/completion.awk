# Makes the bash completion of a program (`name`) of its own --help, which it prints from
# the table of its options. Lines of options are "  -r, --read=FILE  about" or
# "  --host NAME  about"; "[=SECONDS]" is a value that may be missing.
/^Examples:/ { exit }

match($0, /^  (    )?(-., )?--[a-z-]+/) {
	letter = $1 ~ /^-.,$/ ? substr($1, 1, 2) : ""
	option = substr($0, RSTART, RLENGTH)
	sub(/^.*--/, "--", option)
	behind = substr($0, RSTART + RLENGTH)
	options = options " " option
	if (behind !~ /^[= ][A-Z]/)
		next
	names = (letter != "" ? letter "|" : "") option
	if (behind ~ /^.FILE/)
		files = files (files != "" ? "|" : "") names
	else
		others = others (others != "" ? "|" : "") names
}

END {
	function_name = "_" name
	gsub(/-/, "_", function_name)
	print "# bash completion of " name ", made of its --help."
	print function_name "()"
	print "{"
	print "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}"
	print ""
	print "\tCOMPREPLY=()"
	print "\tif [[ $current == = ]]; then # --option="
	print "\t\tcurrent="
	print "\telif [[ $before == = ]]; then # --option=value"
	print "\t\tbefore=${COMP_WORDS[COMP_CWORD - 2]}"
	print "\tfi"
	print "\tcase $before in"
	if (files != "") {
		print "\t" files ")"
		print "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
		print "\t\tcompopt -o filenames 2>/dev/null || true # quotes them"
		print "\t\treturn ;;"
	}
	if (others != "") {
		print "\t" others ")"
		print "\t\treturn ;;"
	}
	print "\tesac"
	print "\tif [[ $current == -* ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W '" substr(options, 2) "' -- \"$current\")"
	print "\tfi"
	print "}"
	print "complete -F " function_name " " name
}
