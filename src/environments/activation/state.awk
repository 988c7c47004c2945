# Reads conda-meta/state and etc/conda/env_vars.d, which are JSON, with awk alone: a node in a batch job has neither Node nor
# conda. Later files win, as in conda. No single quote may stand in here: shells have it between two.
function replaced(text, old, new,   out, at) {
  while ((at = index(text, old)) > 0) {
    out = out substr(text, 1, at - 1) new
    text = substr(text, at + length(old))
  }
  return out text
}
function quoted(text) {
  if (dialect == "fish") return "\047" replaced(replaced(text, "\\", "\\\\"), "\047", "\\\047") "\047"
  text = replaced(text, "\047", "\047\\\047\047")
  return "\047" (dialect == "csh" ? replaced(text, "!", "\\!") : text) "\047"
}
function number(hex,   i, n) {
  for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
  return n
}
function utf8(n) {
  if (n < 128) return sprintf("%c", n)
  if (n < 2048) return sprintf("%c%c", 192 + int(n / 64), 128 + n % 64)
  if (n < 65536) return sprintf("%c%c%c", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
  return sprintf("%c%c%c%c", 240 + int(n / 262144), 128 + int(n / 4096) % 64, 128 + int(n / 64) % 64, 128 + n % 64)
}
function decoded(text,   out, at, c, n, low) {
  while ((at = index(text, "\\")) > 0) {
    out = out substr(text, 1, at - 1)
    c = substr(text, at + 1, 1)
    text = substr(text, at + 2)
    if (c == "u") {
      n = number(text)
      text = substr(text, 5)
      if (n >= 55296 && n < 56320 && substr(text, 1, 2) == "\\u") {
        low = number(substr(text, 3))
        text = substr(text, 7)
        n = 65536 + (n - 55296) * 1024 + low - 56320
      }
      if (n == 0) unsafe = 1
      else out = out utf8(n)
    } else out = out (c == "n" ? "\n" : c == "t" ? "\t" : c == "r" ? "\r" : c == "b" ? "\b" : c == "f" ? "\f" : c)
  }
  return out text
}
function found(value) {
  if (looking) return
  if (opened[depth] != "{" || !(state ? depth == 2 && key[1] == "env_vars" : depth == 1)) return
  if (value == "***unset***" || unsafe || key[depth] !~ /^[A-Za-z_][A-Za-z0-9_]*$/) return
  if (key[depth] ~ /^(PATH|PS1|_PIER_.*|_pier_.*)$/) return
  if (dialect == "csh" && value ~ /\n/) return
  if (!(key[depth] in values)) order[++total] = key[depth]
  values[key[depth]] = value
}
function read(text,   c, token) {
  depth = 0
  for (;;) {
    sub(/^[ \t\r\n]+/, "", text)
    if (text == "") return depth == 0
    c = substr(text, 1, 1)
    if (c == "\"" && match(text, /^"([^"\\]|\\.)*"/)) {
      token = substr(text, 2, RLENGTH - 2)
      text = substr(text, RLENGTH + 1)
      unsafe = 0
      token = decoded(token)
      if (named) { key[depth] = token; named = 0 } else found(token)
      continue
    }
    if (c == "{" || c == "[") { opened[++depth] = c; key[depth] = ""; named = c == "{" }
    else if (c == "}" || c == "]") { depth--; named = 0 }
    else if (c == ",") named = opened[depth] == "{"
    else if (c != ":") {
      if (!match(text, /^[-+.0-9A-Za-z]+/)) return 0
      token = substr(text, 1, RLENGTH)
      unsafe = 0
      found(token == "true" ? "True" : token == "false" ? "False" : token == "null" ? "None" : token)
      text = substr(text, RLENGTH)
    }
    text = substr(text, 2)
  }
}
function finish() {
  if (file == "") return
  state = file ~ /\/conda-meta\/state$/
  looking = 1
  if (!read(whole)) {
    print "pier: not JSON, so its variables are not set: " file | "cat >&2"
    return
  }
  looking = 0
  read(whole)
}
FNR == 1 { finish(); file = FILENAME; whole = "" }
{ whole = whole $0 "\n" }
END {
  finish()
  for (i = 1; i <= total; i++) {
    if (dialect == "csh") {
      names = names " " order[i]
      all = all "; setenv _PIER_NEW_" order[i] " " quoted(values[order[i]])
    }
    else print "_pier_var " order[i] " " quoted(values[order[i]])
  }
  if (dialect == "csh") print "set _pier_state = (" names " )" all
}
