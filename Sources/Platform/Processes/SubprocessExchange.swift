internal import CLinux
internal import Glibc

/// A pipe whose ends close with it.
final class SubprocessPipe {
    private(set) var reading: Int32 = -1
    private(set) var writing: Int32 = -1

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard dailies_pipe(&ends, O_CLOEXEC) == 0 else { throw SystemError("pipe") }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        closeReading()
        closeWriting()
    }

    func closeReading() { Self.close(&reading) }

    func closeWriting() { Self.close(&writing) }

    private static func close(_ descriptor: inout Int32) {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }
}

/// Feeds a child and takes what it prints, on one thread and up to a deadline.
struct SubprocessExchange {
    enum End { case silent, timedOut, tooLarge, unwanted }

    private static let errorLimit = 64 << 10
    /// How often it is asked whether the work is still wanted.
    private static let askingInterval = Duration.milliseconds(500)
    private(set) var output: [UInt8] = []
    private var errors: [UInt8] = []
    private var input: ArraySlice<UInt8>
    private var stdin: SubprocessPipe?
    private let stdout: SubprocessPipe
    private let stderr: SubprocessPipe
    private let outputLimit: Int

    init(
        input: [UInt8], stdin: SubprocessPipe?, stdout: SubprocessPipe, stderr: SubprocessPipe, outputLimit: Int
    ) {
        self.input = input[...]
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.outputLimit = outputLimit
        if let stdin { _ = fcntl(stdin.writing, F_SETFL, O_NONBLOCK) }
    }

    /// The end of what the child wrote to standard error.
    var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// Exchanges until the child has closed its output; closes all pipes.
    mutating func run(
        until deadline: ContinuousClock.Instant, isUnwanted: (() -> Bool)?, onOutput: (ArraySlice<UInt8>) -> Void
    ) -> End {
        defer {
            stdin?.closeWriting()
            stdout.closeReading()
            stderr.closeReading()
        }
        var nextAsking = ContinuousClock.now + Self.askingInterval
        while stdout.reading >= 0 || stderr.reading >= 0 {
            let now = ContinuousClock.now
            guard now < deadline else { return .timedOut }
            if let isUnwanted, now >= nextAsking {
                if isUnwanted() { return .unwanted }
                nextAsking = ContinuousClock.now + Self.askingInterval
            }
            let left = now.duration(to: isUnwanted == nil ? deadline : min(deadline, nextAsking))
            var descriptors = [
                pollfd(fd: stdout.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stderr.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stdin?.writing ?? -1, events: Int16(POLLOUT), revents: 0),
            ]
            let (seconds, attoseconds) = left.components
            let milliseconds = min(Int64(60_000), seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
            guard poll(&descriptors, 3, Int32(milliseconds)) > 0 else { continue }
            if descriptors[0].revents != 0 {
                let known = output.count
                if !Self.read(stdout.reading, into: &output) { stdout.closeReading() }
                if output.count > known { onOutput(output[known...]) }
                if output.count > outputLimit { return .tooLarge }
            }
            if descriptors[1].revents != 0 {
                if !Self.read(stderr.reading, into: &errors) { stderr.closeReading() }
                if errors.count > 2 * Self.errorLimit { errors.removeFirst(errors.count - Self.errorLimit) }
            }
            if descriptors[2].revents != 0 { write() }
        }
        return .silent
    }

    private mutating func write() {
        guard let pipe = stdin else { return }
        let count = input.withUnsafeBytes { Self.writeQuietly(pipe.writing, $0) }
        if count > 0 {
            input = input.dropFirst(count)
        } else if errno != EAGAIN && errno != EINTR {
            // The child need not read all of it.
            input = []
        }
        if input.isEmpty {
            pipe.closeWriting()
            stdin = nil
        }
    }

    /// A child that has gone must not end this process by SIGPIPE, even where the process has not blocked that signal.
    private static func writeQuietly(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        var pipeSignal = sigset_t()
        var before = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
        let count = Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, 65_536))
        let number = errno
        if count < 0 && number == EPIPE {
            var none = timespec()
            while sigtimedwait(&pipeSignal, nil, &none) < 0 && errno == EINTR {}
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        errno = number
        return count
    }

    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { room in
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count > 0 { bytes.append(contentsOf: room.prefix(count)) }
            return count
        }
        return count > 0 || (count < 0 && errno == EINTR)
    }
}
