if ("$_pier_mode" == on) then
  set _pier_loaded = ''
  set _pier_gone = ''
  # A shell within another may lack it although whoever started it has it.
  if ("$_pier_modules" != '' && "`alias module`" == '') then
    set _pier_module = ''
    if ($?MODULESHOME) then
      set _pier_module = "$MODULESHOME/init/csh"
    endif
    if ($?LMOD_PKG) then
      set _pier_module = "$LMOD_PKG/init/csh"
    endif
    if (-r "$_pier_module:q") then
      source "$_pier_module:q"
    endif
  endif
  foreach _pier_one ($_pier_modules)
    set _pier_now = ''
    if ($?LOADEDMODULES) then
      set _pier_now = "$LOADEDMODULES:q"
    endif
    if (":${_pier_now:q}:" !~ *:"$_pier_one":*) then
      set _pier_was = "$_pier_now:q"
      if ("`alias module`" != '') then
        module load $_pier_one
        if ($?LOADEDMODULES) then
          set _pier_now = "$LOADEDMODULES:q"
        endif
      endif
      if ("$_pier_now:q" != "$_pier_was:q") then
        set _pier_loaded = "$_pier_one $_pier_loaded"
        foreach _pier_module (`sh -c 'IFS=:; set -f; echo $1' sh "$_pier_was:q"`)
          if (":${_pier_now:q}:" !~ *:"$_pier_module":*) then
            set _pier_gone = "$_pier_gone $_pier_module"
          endif
        end
      else
        sh -c 'echo "pier: $1 needs the module $2, which could not be loaded here" >&2' sh "$_pier_name:q" "$_pier_one"
      endif
    endif
  end
  set _pier_prefer = ' '
  if ($?PIER_KEEP) then
    set _pier_prefer = " $PIER_KEEP "
  endif
  set _pier_drop = ()
  foreach _pier_one (PYTHONPATH PYTHONHOME PYTHONUSERBASE __PYVENV_LAUNCHER__)
    eval 'set _pier_has = $?'"$_pier_one"
    if ($_pier_has && "$_pier_prefer" !~ *" $_pier_one "*) then
      eval 'set _pier_now = "$'"$_pier_one"':q"'
      if ("$_pier_now:q" != '') then
        set _pier_drop = ($_pier_drop $_pier_one)
        if (! $?_pier_quiet) then
          sh -c 'echo "pier: $1 is set aside while $2 is active: $3" >&2' sh $_pier_one "$_pier_name:q" "$_pier_now:q"
        endif
      endif
    endif
  end
  # Names to be saved and set below, each to what _PIER_NEW_<name> has: a list would lose empty values.
  set _pier_set = ()
  if ("$_pier_prefer" !~ *" PYTHONNOUSERSITE "*) then
    set _pier_set = (PYTHONNOUSERSITE)
    setenv _PIER_NEW_PYTHONNOUSERSITE 1
  endif
  while ($#_pier_recorded >= 2)
    set _pier_now = "$_pier_recorded[2]:q"
    if ("$_pier_recorded[1]" =~ *PATH) then
      eval 'set _pier_has = $?'"$_pier_recorded[1]"
      if ($_pier_has) then
        eval 'set _pier_was = "$'"$_pier_recorded[1]"':q"'
        if ("$_pier_was:q" != '') then
          set _pier_now = "${_pier_now:q}:${_pier_was:q}"
        endif
      endif
    endif
    set _pier_set = ($_pier_set "$_pier_recorded[1]")
    setenv _PIER_NEW_$_pier_recorded[1] "$_pier_now:q"
    shift _pier_recorded
    shift _pier_recorded
  end
  setenv _PIER_PREFIX "$_pier_prefix:q"
  setenv _PIER_KIND "$_pier_kind"
  setenv _PIER_FILE "$_pier_file:q"
  setenv _PIER_PROMPT "$_pier_label:q"
  if ("$_pier_loaded" != '') then
    setenv _PIER_MODULES "$_pier_loaded"
    setenv _PIER_MODULES_JOB ''
    if ($?SLURM_JOB_ID) then
      setenv _PIER_MODULES_JOB "$SLURM_JOB_ID"
    endif
  endif
  if ("$_pier_gone" != '') then
    setenv _PIER_MODULES_GONE "$_pier_gone"
  endif
  if ("$_pier_under:q" != '') then
    setenv _PIER_STACK "$_pier_under:q"
    setenv _PIER_STACK_CONDA "$_pier_under_conda:q"
  endif
  set _pier_old = ()
  if ($?VIRTUAL_ENV) then
    set _pier_old = ("$VIRTUAL_ENV:q")
  endif
  set _pier_level = 0
  set _pier_foreign = ''
  if ("$_pier_kind" == conda) then
    if ($?CONDA_SHLVL) then
      if ("$CONDA_SHLVL" =~ [0-9] || "$CONDA_SHLVL" =~ [0-9][0-9]) then
        set _pier_level = $CONDA_SHLVL
      endif
    endif
    if ($_pier_level > 0 && $?CONDA_PREFIX) then
      set _pier_foreign = "$CONDA_PREFIX:q"
    endif
    if ("$_pier_foreign:q" != '') then
      set _pier_old = ($_pier_old:q "$_pier_foreign:q")
      if (-d "$_pier_foreign:q/etc/conda/deactivate.d") then
        set _pier_scripts = ()
        foreach _pier_script ("$_pier_foreign:q"/etc/conda/deactivate.d/*.csh)
          set _pier_scripts = ("$_pier_script:q" $_pier_scripts:q)
        end
        foreach _pier_script ($_pier_scripts:q)
          if (-f "$_pier_script:q") then
            source "$_pier_script:q"
          endif
        end
      endif
      set _pier_state = ()
      setenv _PIER_ASK state
      setenv _PIER_ASK_OLD "$_pier_foreign:q"
      eval "`printenv _PIER_RUN | sh`"
      foreach _pier_one ($_pier_state)
        set _pier_drop = ($_pier_drop $_pier_one)
        unsetenv _PIER_NEW_$_pier_one
      end
      set _pier_set = ($_pier_set "CONDA_PREFIX_$_pier_level")
      setenv _PIER_NEW_CONDA_PREFIX_$_pier_level "$_pier_foreign:q"
    endif
    set _pier_list = ()
    if ("$_pier_under_conda:q" != '') then
      setenv _PIER_ASK lines
      setenv _PIER_ASK_LIST "$_pier_under_conda:q"
      set _pier_list = ("`printenv _PIER_RUN | sh`")
    endif
    foreach _pier_one ($_pier_list:q)
      @ _pier_level++
      set _pier_set = ($_pier_set "CONDA_PREFIX_$_pier_level")
      setenv _PIER_NEW_CONDA_PREFIX_$_pier_level "$_pier_one:q"
    end
    @ _pier_next_level = $_pier_level + 1
    set _pier_drop = ($_pier_drop VIRTUAL_ENV VIRTUAL_ENV_PROMPT)
    set _pier_set = ($_pier_set CONDA_PREFIX CONDA_SHLVL CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER)
    setenv _PIER_NEW_CONDA_PREFIX "$_pier_prefix:q"
    setenv _PIER_NEW_CONDA_SHLVL $_pier_next_level
    setenv _PIER_NEW_CONDA_DEFAULT_ENV "$_pier_name:q"
    setenv _PIER_NEW_CONDA_PROMPT_MODIFIER "($_pier_label:q) "
    set _pier_state = ()
    setenv _PIER_ASK state
    setenv _PIER_ASK_OLD "$_pier_prefix:q"
    eval "`printenv _PIER_RUN | sh`"
    foreach _pier_one ($_pier_state)
      eval 'set _pier_has = $?'"$_pier_one"
      if ($_pier_has) then
        set _pier_set = ($_pier_set "__CONDA_SHLVL_${_pier_level}_$_pier_one")
        eval 'setenv _PIER_NEW___CONDA_SHLVL_'"${_pier_level}_$_pier_one"' "$'"$_pier_one"':q"'
      endif
      set _pier_set = ($_pier_set $_pier_one)
    end
  else
    set _pier_set = ($_pier_set VIRTUAL_ENV VIRTUAL_ENV_PROMPT)
    setenv _PIER_NEW_VIRTUAL_ENV "$_pier_prefix:q"
    setenv _PIER_NEW_VIRTUAL_ENV_PROMPT "$_pier_label:q"
  endif
