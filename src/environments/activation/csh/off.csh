# Off: at deactivate, and before another is put on.
if ($?_PIER_PREFIX && "$_pier_mode" != nothing) then
  set _pier_under = ''
  set _pier_under_conda = ''
  if ($?_PIER_STACK) then
    set _pier_under = "$_PIER_STACK:q"
  endif
  if ($?_PIER_STACK_CONDA) then
    set _pier_under_conda = "$_PIER_STACK_CONDA:q"
  endif
  if ("$_pier_mode" == on && "$_PIER_PREFIX:q" != "$_pier_prefix:q") then
    set _pier_under = "${_PIER_KIND}=${_PIER_FILE:q}:${_pier_under:q}"
    if ("$_PIER_KIND" == conda) then
      set _pier_under_conda = "${_PIER_PREFIX:q}:${_pier_under_conda:q}"
    endif
  endif
  set _pier_taken = ''
  set _pier_now = ''
  if ("$_PIER_KIND" == conda) then
    if ($?CONDA_PREFIX) then
      set _pier_now = "$CONDA_PREFIX:q"
    endif
  else
    if ($?VIRTUAL_ENV) then
      set _pier_now = "$VIRTUAL_ENV:q"
    endif
  endif
  if ("$_pier_now:q" != "$_PIER_PREFIX:q") then
    set _pier_taken = 1
  endif
  if ("$_pier_taken" == 1) then
    set _pier_under = ''
    set _pier_under_conda = ''
  endif
  if ($?_pier_deactivate_is) then
    unset _pier_deactivate_is
    unalias deactivate
  endif
  if ($?_pier_conda_is) then
    unset _pier_conda_is
    unalias conda
  endif
  if ("$_pier_taken" == '') then
    # =~ takes what stands in quotes for a pattern too, so it cannot tell.
    setenv _PIER_ASK swap
    setenv _PIER_ASK_LIST "$PATH:q"
    setenv _PIER_ASK_OLD "$_PIER_PATH_NOW:q"
    setenv _PIER_ASK_NEW "$_PIER_WAS_PATH:q"
    set _pier_now = "`printenv _PIER_RUN | sh`"
    if ("$_pier_now:q" != "$PATH:q") then
      setenv PATH "$_pier_now:q"
    else
      setenv _PIER_ASK swap
      setenv _PIER_ASK_LIST "$PATH:q"
      setenv _PIER_ASK_OLD "${_PIER_PREFIX:q}/bin"
      setenv _PIER_ASK_NEW "$_PIER_REPLACED:q"
      setenv PATH "`printenv _PIER_RUN | sh`"
    endif
    if ("$_PIER_KIND" == conda && -d "$_PIER_PREFIX:q/etc/conda/deactivate.d") then
      set _pier_scripts = ()
      foreach _pier_script ("$_PIER_PREFIX:q"/etc/conda/deactivate.d/*.csh)
        set _pier_scripts = ("$_pier_script:q" $_pier_scripts:q)
      end
      foreach _pier_script ($_pier_scripts:q)
        if (-f "$_pier_script:q") then
          source "$_pier_script:q"
        endif
      end
    endif
  endif
  set _pier_kind_off = "$_PIER_KIND"
  set _pier_names = ''
  if ($?_PIER_NAMES) then
    set _pier_names = "$_PIER_NAMES"
  endif
  foreach _pier_one ($_pier_names)
    eval 'set _pier_has = $?_PIER_WAS_'"$_pier_one"
    set _pier_keep = 0
    if ("$_pier_one" == PATH) then
      set _pier_keep = 1
    endif
    if ("$_pier_taken" != '') then
      switch ("$_pier_one")
        case CONDA_*:
        case VIRTUAL_ENV*:
        case __CONDA_*:
          set _pier_keep = 1
          breaksw
      endsw
    endif
    if (! $_pier_keep) then
      if ($_pier_has) then
        eval 'setenv '"$_pier_one"' "$_PIER_WAS_'"$_pier_one"':q"'
      else
        unsetenv $_pier_one
      endif
    endif
    unsetenv _PIER_WAS_$_pier_one
  end
  if ($?_pier_prompt_now && $?prompt) then
    if ("$prompt:q" == "$_pier_prompt_now:q") then
      set prompt = "$_pier_prompt_was:q"
    endif
  endif
  unset _pier_prompt_now _pier_prompt_was
  if ($?_PIER_MODULES && $?_PIER_MODULES_JOB) then
    # What a job's script loads is the job's, though the shell that submitted it had the same.
    set _pier_now = ''
    if ($?SLURM_JOB_ID) then
      set _pier_now = "$SLURM_JOB_ID"
    endif
    if ("$_PIER_MODULES_JOB" == "$_pier_now") then
      if ("`alias module`" == '') then
        sh -c 'echo "pier: there is no module command here, so these stay loaded: $1" >&2' sh "$_PIER_MODULES:q"
      else if ($?LOADEDMODULES) then
        # What is still loaded of that; and what it took the place of, unless a person has another by now.
        set _pier_gone = ''
        foreach _pier_one ($_PIER_MODULES)
          if (":${LOADEDMODULES:q}:" =~ *:"$_pier_one":*) then
            module unload $_pier_one
            if ($?_PIER_MODULES_GONE) then
              set _pier_gone = "$_PIER_MODULES_GONE"
            endif
            if (! $?LOADEDMODULES) then
              setenv LOADEDMODULES ''
            endif
          endif
        end
        foreach _pier_one ($_pier_gone)
          if (":${LOADEDMODULES:q}:" !~ *:"$_pier_one:h"/*) then
            module load $_pier_one
          endif
        end
      endif
    endif
  endif
  foreach _pier_one (PREFIX KIND FILE PROMPT NAMES PLAIN PATH_NOW REPLACED MODULES MODULES_GONE MODULES_JOB STACK STACK_CONDA)
    unsetenv _PIER_$_pier_one
  end
  if ("$_pier_taken" == '' && "$_pier_kind_off" == conda && $?CONDA_PREFIX && $?CONDA_SHLVL) then
    if ("$CONDA_SHLVL" != 0 && -d "$CONDA_PREFIX:q/etc/conda/activate.d") then
      foreach _pier_script ("$CONDA_PREFIX:q"/etc/conda/activate.d/*.csh)
        if (-f "$_pier_script:q") then
          source "$_pier_script:q"
        endif
      end
    endif
  endif
  if ("$_pier_mode" == off && "$_pier_under:q" != '') then
    setenv _PIER_ASK first
    setenv _PIER_ASK_LIST "$_pier_under:q"
    set _pier_next = "`printenv _PIER_RUN | sh`"
    set _pier_first = "$_pier_under:q"
    setenv _PIER_ASK rest
    set _pier_under = "`printenv _PIER_RUN | sh`"
    if ("$_pier_first:q" =~ conda=*) then
      setenv _PIER_ASK_LIST "$_pier_under_conda:q"
      set _pier_under_conda = "`printenv _PIER_RUN | sh`"
    endif
    set _pier_quiet
    unset _pier_mode
    if ($?_pier_noglob) then
      set noglob
    endif
    if (! $?_pier_nonomatch) then
      unset nonomatch
    endif
    if (-r "$_pier_next:q") then
      source "$_pier_next:q"
    endif
    set _pier_mode = nothing
    if ($?noglob) then
      set _pier_noglob
    endif
    if ($?nonomatch) then
      set _pier_nonomatch
    endif
    unset noglob
    set nonomatch
  endif
endif
