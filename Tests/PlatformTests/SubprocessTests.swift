import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Subprocess")
struct SubprocessTests {
    func shell(_ script: String, input: [UInt8] = [], timeout: Duration = safetyLimit, outputLimit: Int = 1 << 20)
        throws(SubprocessError) -> Subprocess.Output
    {
        try Subprocess.run("/bin/sh", ["-c", script], input: input, timeout: timeout, outputLimit: outputLimit)
    }

    @Test("output, errors and status are separate")
    func collects() throws {
        let output = try shell("echo out; echo err >&2; exit 3")
        #expect(output.stdout == Array("out\n".utf8))
        #expect(output.stderr == "err\n")
        #expect(output.status == .exited(3))
        #expect(try shell("kill -9 $$").status == .signalled(9))
    }

    @Test("a large input goes through while output comes back")
    func largeInput() throws {
        let input = [UInt8](repeating: 7, count: 1 << 20)
        #expect(try shell("cat", input: input, outputLimit: 2 << 20).stdout == input)
    }

    @Test("a program that reads no input ends nothing but itself")
    func unreadInput() throws {
        #expect(try shell("exec true", input: [UInt8](repeating: 7, count: 1 << 20)).status == .exited(0))
    }

    @Test("at the timeout the whole process group dies")
    func timeout() throws {
        let started = ContinuousClock.now
        let marker = "777.\(getpid())\(UInt32.random(in: 0..<1_000_000))"
        #expect(throws: SubprocessError.timedOut) {
            try shell("sleep \(marker) & sleep \(marker) & wait", timeout: .milliseconds(300))
        }
        #expect(ContinuousClock.now - started < .seconds(700), "the children would have ended by themselves")
        try waitUntil {
            try Subprocess.run("/usr/bin/pgrep", ["-xf", "sleep \(marker)"], timeout: safetyLimit).stdout == []
        }
    }

    @Test("a program whose work is not wanted any more dies with its group, though it prints all the time")
    func unwanted() throws {
        let marker = "778.\(getpid())\(UInt32.random(in: 0..<1_000_000))"
        var askings = 0
        #expect(throws: SubprocessError.unwanted) {
            try Subprocess.run(
                "/bin/sh", ["-c", "sleep \(marker) & while sleep 0.05; do echo; done"], timeout: safetyLimit,
                isUnwanted: {
                    askings += 1
                    return askings == 2
                })
        }
        #expect(askings == 2)
        try waitUntil {
            try Subprocess.run("/usr/bin/pgrep", ["-xf", "sleep \(marker)"], timeout: safetyLimit).stdout == []
        }
    }

    @Test("a program that closes its output and hangs is killed too")
    func silentHang() {
        #expect(throws: SubprocessError.timedOut) {
            try shell("exec >/dev/null 2>&1; sleep 600", timeout: .milliseconds(300))
        }
    }

    @Test("endless output is cut off")
    func outputLimit() {
        #expect(throws: SubprocessError.outputTooLarge) { try shell("yes", outputLimit: 10_000) }
    }

    @Test("only the end of endless errors is kept")
    func errorsAreBounded() throws {
        let output = try shell("yes | head -c 1000000 >&2; echo last >&2")
        #expect(output.stderr.utf8.count <= 3 * 65_536)
        #expect(output.stderr.hasSuffix("last\n"))
    }

    @Test("a missing program is an error of its own")
    func missing() {
        #expect(throws: SubprocessError.notStarted(SystemError("spawn", "/nonexistent", number: ENOENT))) {
            try Subprocess.run(
                "/nonexistent", timeout: safetyLimit, limits: SubprocessLimits(memoryBytes: 1 << 30))
        }
        #expect(throws: SubprocessError.self) { try Subprocess.run("sh", timeout: safetyLimit) }
    }

    @Test("memory, time and file size have limits")
    func limits() throws {
        let memory = try Subprocess.run(
            "/bin/sh", ["-c", "ulimit -v; ulimit -t"], timeout: safetyLimit,
            limits: SubprocessLimits(memoryBytes: 512 << 20, cpuSeconds: 7))
        #expect(String(decoding: memory.stdout, as: UTF8.self) == "524288\n7\n")
        let busy = try Subprocess.run(
            "/bin/sh", ["-c", "while :; do :; done"], timeout: safetyLimit, limits: SubprocessLimits(cpuSeconds: 1))
        #expect(busy.status == .signalled(SIGKILL) || busy.status == .signalled(SIGXCPU))
    }

    @Test("a child inherits neither descriptors nor blocked signals nor the environment")
    func inheritsNothing() throws {
        // Plain open leaves a descriptor inheritable, as libcurl and libfcgi do.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        var blocked = sigset_t()
        var before = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let output = try shell("ls /proc/self/fd; grep -E '^(SigBlk|SigIgn)' /proc/self/status; env | sort")
        let text = String(decoding: output.stdout, as: UTF8.self)
        // Descriptor 3 is the directory that ls itself has open.
        #expect(text.hasPrefix("0\n1\n2\n3\nSigBlk"))
        #expect(text.contains("SigBlk:\t0000000000000000\n"))
        // The upper half of the set holds real-time signals, two of which glibc keeps to itself.
        #expect(text.firstMatch(of: #/SigIgn:\t\d{8}[08]0000000\n/#) != nil)
        #expect(text.contains("LC_ALL=C.UTF-8"))
        #expect(!text.contains("HOME="))
    }

    @Test("a child runs beside its parent until it is signalled")
    func childProcess() throws {
        let child = try ChildProcess.spawn("/bin/sleep", ["60"])
        #expect(try child.poll() == nil)
        child.signal(SIGTERM, wholeGroup: true)
        #expect(try child.wait() == .signalled(SIGTERM))
    }
}

@Suite("Unix sockets")
struct UnixSocketTests {
    @Test("a dead socket gives way, a living one does not")
    func takesOver() throws {
        let path = "/tmp/dailies-test-\(getpid())-\(UInt32.random(in: 0..<1_000_000)).sock"
        defer { unlink(path) }
        let first = try UnixSocket.listen(path, mode: 0o600)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: SystemError.self) { try UnixSocket.listen(path) }
        close(try UnixSocket.connect(path))
        close(first)
        #expect(throws: SystemError("connect", path, number: ECONNREFUSED)) { try UnixSocket.connect(path) }
        close(try UnixSocket.listen(path))
    }

    @Test("a path that is too long is refused, not cut")
    func longPath() {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: SystemError("bind", path, number: ENAMETOOLONG)) { try UnixSocket.listen(path) }
    }
}
