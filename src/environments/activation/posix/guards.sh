_pier_keeps() { case " ${PIER_KEEP-} " in *" $1 "*) return 0 ;; esac; return 1; }

_pier_cut() {
  \local title="$1" name value
  for name in PYTHONPATH PYTHONHOME PYTHONUSERBASE __PYVENV_LAUNCHER__; do
    \eval "value=\${$name-}"
    if [ -n "$value" ] && ! _pier_keeps "$name"; then
      [ -n "${_pier_quiet-}" ] || _pier_say "$name is set aside while $title is active: $value"
      _pier_drop "$name"
    fi
  done
  _pier_keeps PYTHONNOUSERSITE || _pier_put PYTHONNOUSERSITE 1
}

# _pier_modules MODULES NAME: loads those that are not loaded. What they took the place of is to come back.
_pier_modules() {
  \local rest="$1 " name loaded='' was gone=''
  while [ -n "${rest# }" ]; do
    name=${rest%% *}
    rest=${rest#* }
    case ":${LOADEDMODULES-}:" in *":$name:"*) continue ;; esac
    _pier_exports=
    was=${LOADEDMODULES-}:
    # An older Environment Modules says 0 whatever happened.
    if _pier_has_module && module load "$name" && [ "${LOADEDMODULES-}:" != "$was" ]; then
      loaded="$name${loaded:+ }$loaded"
      while [ -n "${was#:}" ]; do
        case ":${LOADEDMODULES-}:" in *":${was%%:*}:"*) ;; *) gone="$gone${gone:+ }${was%%:*}" ;; esac
        was=${was#*:}
      done
    else
      _pier_say "$2 needs the module $name, which could not be loaded here"
    fi
  done
  [ -z "$loaded" ] || \export _PIER_MODULES="$loaded" _PIER_MODULES_JOB="${SLURM_JOB_ID-}"
  [ -z "$gone" ] || \export _PIER_MODULES_GONE="$gone"
}

# Unloads what is still loaded of that, and loads again what it took the place of, unless a person has another by now. What
# a job's script loads is the job's, though the shell that submitted it had the same.
_pier_modules_off() {
  \local rest="${_PIER_MODULES-} " gone="${_PIER_MODULES_GONE-} " job="${_PIER_MODULES_JOB-}" some=''
  \unset _PIER_MODULES _PIER_MODULES_GONE _PIER_MODULES_JOB
  if [ -z "${rest# }" ] || [ "$job" != "${SLURM_JOB_ID-}" ]; then return 0; fi
  if ! _pier_has_module; then
    _pier_say "there is no module command here, so these stay loaded: ${rest% }"
    return 0
  fi
  while [ -n "${rest# }" ]; do
    _pier_unload "${rest%% *}" && some=1
    rest=${rest#* }
  done
  while [ -n "$some" ] && [ -n "${gone# }" ]; do
    case ":${LOADEDMODULES-}:" in *":${gone%%/*}/"*) ;; *) module load "${gone%% *}" ;; esac
    gone=${gone#* }
  done
}

_pier_unload() {
  case ":${LOADEDMODULES-}:" in *":$1:"*) module unload "$1" ;; *) return 1 ;; esac
}

# For a kernel, in a Jupyter that has modules of its own environment: those that this one does not need.
_pier_server_modules() {
  \local rest="${_PIER_SERVER_MODULES-} "
  \unset _PIER_SERVER_MODULES
  while [ -n "${rest# }" ]; do
    case " $1 " in *" ${rest%% *} "*) ;; *) ! _pier_has_module || _pier_unload "${rest%% *}" || : ;; esac
    rest=${rest#* }
  done
}

# _pier_can_set, with what _pier_activate has: whether all can be set that has to be. Else it says so, while nothing is
# changed yet: half of an environment would be worse than none.
_pier_can_set() {
  \local kind="$1" title="$3" name value rest='PATH VIRTUAL_ENV VIRTUAL_ENV_PROMPT PYTHONNOUSERSITE '
  \shift 6
  for name do
    rest="$rest${name%%=*} "
  done
  for name in PYTHONPATH PYTHONHOME PYTHONUSERBASE __PYVENV_LAUNCHER__; do
    \eval "value=\${$name-}"
    [ -z "$value" ] || rest="$rest$name "
  done
  [ "$kind" != conda ] || rest="${rest}CONDA_PREFIX CONDA_SHLVL CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER "
  while [ -n "$rest" ]; do
    name=${rest%% *}
    rest=${rest#* }
    if _pier_is_readonly "$name" && ! _pier_keeps "$name"; then
      _pier_say "$title cannot be activated: $name is readonly in this shell. Start another shell, where it is not"
      return 1
    fi
  done
}

_pier_prompt() {
  if _pier_is_readonly PS1; then return 0; fi
  [ -n "${PS1-}" ] && [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ] && [ -z "${POWERLINE_COMMAND-}" ] || return 0
  case ${CONDA_CHANGEPS1-} in false | False | no | 0) return 0 ;; esac
  _pier_ps1_was=$PS1
  if [ -n "$2" ]; then PS1=${PS1#"$2"}; fi
  PS1="($1) $PS1"
  _pier_ps1=$PS1
}

_pier_prompt_back() {
  [ -n "${_pier_ps1-}" ] || return 0
  if [ "${PS1-}" = "$_pier_ps1" ]; then
    PS1=$_pier_ps1_was
  else
    PS1=${PS1#"($1) "}
  fi
  \unset _pier_ps1 _pier_ps1_was
}
