  # PATH: its bin first, in place of what was active.
  if (! $?PATH) then
    setenv PATH /usr/bin:/bin
  endif
  setenv _PIER_WAS_PATH "$PATH:q"
  setenv _PIER_REPLACED ''
  foreach _pier_one ($_pier_old:q)
    setenv _PIER_ASK swap
    setenv _PIER_ASK_LIST "$PATH:q"
    setenv _PIER_ASK_OLD "${_pier_one:q}/bin"
    setenv _PIER_ASK_NEW ''
    set _pier_now = "`printenv _PIER_RUN | sh`"
    if ("$_pier_now:q" != "$PATH:q" && "$_pier_one:q" != '') then
      setenv PATH "$_pier_now:q"
      if ("$_PIER_REPLACED:q" == '') then
        setenv _PIER_REPLACED "${_pier_one:q}/bin"
      else
        setenv _PIER_REPLACED "${_PIER_REPLACED:q}:${_pier_one:q}/bin"
      endif
    endif
  end
  setenv PATH "${_pier_prefix:q}/bin:${PATH:q}"
  setenv _PIER_PATH_NOW "$PATH:q"
  setenv _PIER_NAMES PATH
  foreach _pier_one ($_pier_set)
    if (" $_PIER_NAMES " !~ *" $_pier_one "*) then
      setenv _PIER_NAMES "$_PIER_NAMES $_pier_one"
      eval 'set _pier_has = $?'"$_pier_one"
      if ($_pier_has) then
        eval 'setenv _PIER_WAS_'"$_pier_one"' "$'"$_pier_one"':q"'
      endif
    endif
    eval 'setenv '"$_pier_one"' "$_PIER_NEW_'"$_pier_one"':q"'
    unsetenv _PIER_NEW_$_pier_one
  end
  foreach _pier_one ($_pier_drop)
    if (" $_PIER_NAMES " !~ *" $_pier_one "*) then
      setenv _PIER_NAMES "$_PIER_NAMES $_pier_one"
      eval 'set _pier_has = $?'"$_pier_one"
      if ($_pier_has) then
        eval 'setenv _PIER_WAS_'"$_pier_one"' "$'"$_pier_one"':q"'
      endif
      unsetenv $_pier_one
    endif
  end
  if ($?prompt && ! $?VIRTUAL_ENV_DISABLE_PROMPT) then
    # To set a readonly one would end this script; tcsh alone has them.
    set _pier_list = ()
    if ($?tcsh) then
      set _pier_list = ("`set -r`")
    endif
    if ("$_pier_list:q" !~ *prompt*) then
      set _pier_prompt_was = "$prompt:q"
      set prompt = "($_pier_label:q) $prompt:q"
      set _pier_prompt_now = "$prompt:q"
    endif
  endif
  if ("`alias deactivate`" == '') then
    alias deactivate 'set _pier_mode = off; source "$_pier_self:q"'
    set _pier_deactivate_is = ours
  endif
  if ("`alias conda`" == '' && "`which conda`" !~ /*) then
    alias conda 'set _pier_words = (\!* ""); source "$_pier_self:q"'
    set _pier_conda_is = ours
  endif
  if ("$_pier_kind" == conda && -d "$_pier_prefix:q/etc/conda/activate.d") then
    foreach _pier_script ("$_pier_prefix:q"/etc/conda/activate.d/*.csh)
      if (-f "$_pier_script:q") then
        source "$_pier_script:q"
      endif
    end
  endif
endif
