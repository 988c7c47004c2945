function _pier_scripts
    test -d $argv[1]; or return 0
    set -l files $argv[1]/*.fish
    test "$argv[2]" = down; and set files $files[-1..1]
    for file in $files
        source $file
    end
    return 0
end

function _pier_state
    set -l files
    test -d $argv[1]/etc/conda/env_vars.d; and set files $argv[1]/etc/conda/env_vars.d/*
    test -s $argv[1]/conda-meta/state; and set -a files $argv[1]/conda-meta/state
    test (count $files) -gt 0; or return 0
    LC_ALL=C command awk -v dialect=fish '@STATE_READER@' $files | source
end

function _pier_keeps
    contains -- $argv[1] (string split -n ' ' -- "$PIER_KEEP")
end

function _pier_cut
    for name in PYTHONPATH PYTHONHOME PYTHONUSERBASE __PYVENV_LAUNCHER__
        if test -n "$$name"; and not _pier_keeps $name
            set -q _pier_quiet; or _pier_say "$name is set aside while $argv[1] is active: $$name"
            _pier_drop $name
        end
    end
    _pier_keeps PYTHONNOUSERSITE; or _pier_put PYTHONNOUSERSITE 1
end

# A shell within another may lack it although whoever started it has it.
function _pier_has_module
    functions -q module; and return 0
    for file in $LMOD_PKG/init/fish $MODULESHOME/init/fish
        test -r $file; and source $file
        functions -q module; and return 0
    end
    return 1
end

function _pier_modules
    set -l loaded
    set -l gone
    for name in (string split -n ' ' -- $argv[1])
        set -l was "$LOADEDMODULES"
        contains -- $name (string split : -- $was); and continue
        if _pier_has_module; and module load $name; and test "$LOADEDMODULES" != "$was"
            set -p loaded $name
            for one in (string split -n : -- $was)
                contains -- $one (string split : -- "$LOADEDMODULES"); or set -a gone $one
            end
        else
            _pier_say "$argv[2] needs the module $name, which could not be loaded here"
        end
    end
    if set -q loaded[1]
        set -gx _PIER_MODULES "$loaded"
        set -gx _PIER_MODULES_JOB "$SLURM_JOB_ID"
    end
    set -q gone[1]; and set -gx _PIER_MODULES_GONE "$gone"
    return 0
end

# Unloads what is still loaded of that, and loads again what it took the place of, unless a person has another by now. What
# a job's script loads is the job's, though the shell that submitted it had the same.
function _pier_modules_off
    set -q _PIER_MODULES; and test "$_PIER_MODULES_JOB" = "$SLURM_JOB_ID"; or return 0
    if not _pier_has_module
        _pier_say "there is no module command here, so these stay loaded: $_PIER_MODULES"
        return 0
    end
    set -l some
    for name in (string split -n ' ' -- $_PIER_MODULES)
        if contains -- $name (string split : -- "$LOADEDMODULES")
            module unload $name
            set some 1
        end
    end
    set -q some[1]; or return 0
    for name in (string split -n ' ' -- "$_PIER_MODULES_GONE")
        string match -q -- '*:'(string replace -r '/.*' '' -- $name)'/*' ":$LOADEDMODULES"; or module load $name
    end
    return 0
end
