if ($?_pier_noglob) then
  set noglob
endif
if (! $?_pier_nonomatch) then
  unset nonomatch
endif
unset _pier_mode _pier_noglob _pier_nonomatch _pier_under _pier_under_conda _pier_taken _pier_now _pier_scripts _pier_script
unset _pier_kind_off _pier_names _pier_has _pier_keep _pier_next _pier_quiet _pier_loaded _pier_gone _pier_module _pier_prefer _pier_drop
unset _pier_set _pier_was _pier_old _pier_level _pier_foreign _pier_state _pier_list _pier_next_level
foreach _pier_one (ASK ASK_LIST ASK_OLD ASK_NEW SH RUN)
  unsetenv _PIER_$_pier_one
end
if (! $?_PIER_PREFIX) then
  unset _pier_self
endif
unset _pier_one _pier_first _pier_sh
unset _pier_kind _pier_prefix _pier_name _pier_label _pier_file _pier_modules _pier_recorded
