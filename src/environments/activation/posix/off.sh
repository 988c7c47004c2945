# Whether another program has changed environments since: then PATH and what says which is active are its.
_pier_is_taken() {
  case $_PIER_KIND in
    conda) [ "${CONDA_PREFIX-}" != "$_PIER_PREFIX" ] ;;
    *) [ "${VIRTUAL_ENV-}" != "$_PIER_PREFIX" ] ;;
  esac
}

# Takes off what is active, and leaves what was below it, of other programs, active.
_pier_off() {
  \local rest="${_PIER_NAMES-} " name taken='' kind="$_PIER_KIND"
  _pier_functions_back
  if _pier_is_taken; then taken=1; fi
  if [ -z "$taken" ]; then
    _pier_path_back
    [ "$kind" != conda ] || _pier_scripts "$_PIER_PREFIX/etc/conda/deactivate.d" down
  fi
  while [ -n "${rest# }" ]; do
    name=${rest%% *}
    rest=${rest#* }
    case $taken$name in
      PATH) case " ${_PIER_PLAIN-} " in *" PATH "*) _pier_unexport PATH ;; esac ;;
      1PATH | 1CONDA_* | 1VIRTUAL_ENV* | 1__CONDA_*) ;;
      *) _pier_restore "$name" ;;
    esac
    \unset "_PIER_WAS_$name"
  done
  if [ -z "$taken" ]; then _pier_prompt_back "$_PIER_PROMPT"; fi
  _pier_modules_off
  \unset _PIER_PREFIX _PIER_KIND _PIER_FILE _PIER_PROMPT _PIER_NAMES _PIER_PLAIN _PIER_PATH_NOW _PIER_REPLACED \
    _PIER_STACK _PIER_STACK_CONDA
  if [ -z "$taken" ] && [ "$kind" = conda ] && [ -n "${CONDA_PREFIX-}" ] && [ "${CONDA_SHLVL:-0}" != 0 ]; then
    _pier_scripts "$CONDA_PREFIX/etc/conda/activate.d" up
  fi
}

_pier_deactivate() {
  if [ -n "${ZSH_VERSION-}" ] && [ -z "${BASH_VERSION-}" ]; then \emulate -L sh; fi
  \set -- "$-"
  \set +aefu
  \local flags="$1" _pier_under='' _pier_under_conda='' _pier_list='' _pier_file='' file='' _pier_exports='' _pier_quiet=1 \
    _pier_line='
'
  if [ -n "${_PIER_PREFIX-}" ]; then
    if ! _pier_is_taken; then
      _pier_under=${_PIER_STACK-}
      _pier_under_conda=${_PIER_STACK_CONDA-}
    fi
    _pier_off
    while [ -z "${_PIER_PREFIX-}" ] && [ -n "$_pier_under" ]; do
      file=${_pier_under%%:*}
      case $file in conda=*) _pier_under_conda=${_pier_under_conda#*:} ;; esac
      file=${file#*=}
      file=${file%.*}.sh
      case $_pier_under in *:*) _pier_under=${_pier_under#*:} ;; *) _pier_under= ;; esac
      if [ -r "$file" ]; then \. "$file" || :; fi
    done
  fi
  _pier_flags "$flags"
  _pier_forget
}

# The functions go with the last environment.
_pier_forget() {
  [ -z "${_PIER_PREFIX-}" ] || return 0
  \unset -f @FUNCTIONS@
}
