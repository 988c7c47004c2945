# csh has no functions and evaluates a variable's value again unless it is :q, so this is one list of steps. What
# it needs stands above it: _pier_kind, _pier_prefix, _pier_name, _pier_label, _pier_file, _pier_modules, _pier_recorded.
if (! $?_pier_mode) then
  set _pier_mode = on
endif
if ($?_pier_words) then
  if ("$_pier_words[1]:q" == deactivate) then
    set _pier_mode = off
  else
    echo "conda: Command not found."
    set _pier_mode = nothing
  endif
  unset _pier_words
endif
if ($?noglob) then
  set _pier_noglob
endif
if ($?nonomatch) then
  set _pier_nonomatch
endif
unset noglob
set nonomatch
set _pier_self = "$_pier_file:q"
setenv _PIER_SH "$_pier_sh:q"
setenv _PIER_RUN '. "$_PIER_SH"'
if (! $?_pier_under) then
  set _pier_under = ''
endif
if (! $?_pier_under_conda) then
  set _pier_under_conda = ''
endif
if ("$_pier_mode" == on && ! -d "$_pier_prefix:q") then
  sh -c 'echo "pier: there is no environment at $1 any more" >&2' sh "$_pier_prefix:q"
  set _pier_mode = nothing
endif
