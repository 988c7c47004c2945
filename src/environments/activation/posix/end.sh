if [ "${_pier_mode-}" = off ]; then
  \unset _pier_mode
  _pier_deactivate
elif [ -n "${_PIER_ASK-}" ]; then
  _pier_answer
elif _pier_activate @FACTS@; then
  :
else
  _pier_forget
  \return 1
fi
