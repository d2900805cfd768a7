/**
 * Runs pip with the given arguments, unable to build: it may not start Python or a program of a repository, which is how it builds what
 * a wheel asks for by an address of source. Python itself asks an older macOS for its version that way.
 */
export const guardScript = `
import os, runpy, subprocess, sys

original = subprocess.Popen.__init__
def checked(self, args, *rest, **more):
    words = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
    words = [os.fsdecode(word) for word in words]
    program = os.path.splitext(os.path.basename(words[0]))[0]
    asks = words[1:3] == ["-sS", "-c"] and words[3:] == ["import platform; print(platform.mac_ver()[0])"]
    if (words[0] == sys.executable and not asks) or program in ("git", "hg", "svn", "bzr"):
        raise PermissionError("a package would have to be built from source here")
    original(self, args, *rest, **more)
subprocess.Popen.__init__ = checked

sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`
