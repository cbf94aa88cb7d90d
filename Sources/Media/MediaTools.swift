internal import Glibc
internal import Platform

/// Where ffmpeg and ffprobe are, and the resources that they may use.
public struct MediaTools: Sendable {
    /// Path of ffmpeg.
    public var ffmpeg: String
    /// Path of ffprobe.
    public var ffprobe: String
    /// How long one run may take. Of processor time it may use four fifths of that on each core, so that a demanding file
    /// is told from a busy machine.
    public var timeLimit: Duration
    /// Address space of one run.
    public var memoryBytes: Int
    /// The largest file one run may write.
    public var fileBytes = 64 << 20
    /// Threads of one run.
    public var threads: Int
    /// x264's preset: slower ones make smaller files.
    public var preset: String
    /// x264's constant rate factor: higher numbers make smaller files.
    public var quality = 21
    /// Divides the sides of renditions. Tests that look at anything but the size use it to save time.
    public var sizeDivisor = 1
    /// Ends a run whose result is of no use any more, as ``MediaFault/Code/toolInterrupted``; asked about every half second.
    public var isUnwanted: (@Sendable () -> Bool)?

    /// Tools at these paths with limits that fit a 50 MB clip of 4096 pixels a side.
    public init(
        ffmpeg: String = "/usr/bin/ffmpeg", ffprobe: String = "/usr/bin/ffprobe", timeLimit: Duration = .seconds(300),
        memoryBytes: Int = 3 << 30, threads: Int = 2, preset: String = "veryfast"
    ) {
        self.ffmpeg = ffmpeg
        self.ffprobe = ffprobe
        self.timeLimit = timeLimit
        self.memoryBytes = memoryBytes
        self.threads = threads
        self.preset = preset
    }

    /// The result of a run.
    struct Outcome {
        let isSuccess: Bool
        let output: [UInt8]
        let complaint: String
        /// Whether ffmpeg warned, among other things, that frames change their size or format in the middle.
        var hasChangedFrames = false
    }

    /// Runs ffmpeg. Throws when the machine is at fault; a failure of the file is an unsuccessful outcome. `onOutput`
    /// gets what it prints as it comes.
    func encode(
        _ arguments: [String], outputLimit: Int = 1 << 20, onOutput: (ArraySlice<UInt8>) -> Void = { _ in }
    ) throws(MediaFault) -> Outcome {
        try run(
            ffmpeg, ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"] + arguments, outputLimit,
            onOutput: onOutput
        ) {
            .toolFailed("ffmpeg wrote too much")
        }
    }

    /// Runs ffprobe; `excess` is the fault when it prints more than `outputLimit` bytes.
    func inspect(
        _ arguments: [String], outputLimit: Int, excess: () -> MediaFault
    ) throws(MediaFault) -> Outcome {
        try run(ffprobe, ["-hide_banner", "-loglevel", "error"] + arguments, outputLimit, excess: excess)
    }

    /// Opens an untrusted file with one demuxer and no protocol but plain files.
    func untrusted(_ path: String, _ container: Container) -> [String] {
        ["-protocol_whitelist", "file,pipe", "-f", container.demuxer, "-i", "file:" + path]
    }

    /// Opens a file that this program wrote.
    func own(_ path: String, format: String) -> [String] {
        ["-protocol_whitelist", "file,pipe", "-f", format, "-i", "file:" + path]
    }

    private func run(
        _ executable: String, _ arguments: [String], _ outputLimit: Int,
        onOutput: (ArraySlice<UInt8>) -> Void = { _ in }, excess: () -> MediaFault
    ) throws(MediaFault) -> Outcome {
        let begin = ContinuousClock.now
        let name = executable.split(separator: "/").last.map(String.init) ?? executable
        let result: Subprocess.Output
        do throws(SubprocessError) {
            result = try Subprocess.run(
                executable, arguments, timeout: timeLimit, outputLimit: outputLimit,
                limits: SubprocessLimits(memoryBytes: memoryBytes, cpuSeconds: cpuSeconds, fileBytes: fileBytes),
                isUnwanted: isUnwanted, onOutput: onOutput)
        } catch {
            switch error {
            case .timedOut: throw .toolTimedOut("\(name) after \(timeLimit)")
            case .outputTooLarge: throw excess()
            case .unwanted: throw .toolInterrupted("\(name) was stopped, since its work is of no use any more")
            case .notStarted(let reason): throw .toolMissing("\(reason)")
            case .failed(let reason): throw .toolInterrupted("\(reason)")
            }
        }
        // A run that shows warnings marks them, and they explain no failure.
        let lines = result.stderr.split(separator: "\n").filter { !$0.contains("[warning]") }
        let complaint = String(lines.joined(separator: "\n").suffix(600))
        if complaint.contains("No space left on device") { throw .storageFull(complaint) }
        if complaint.contains("Cannot allocate memory") { throw .tooDemanding }
        switch result.status {
        case .exited(127), .exited(126): throw .toolMissing("\(name): \(complaint)")
        // ffmpeg ends like this after a signal that asks it to stop.
        case .exited(255): throw .toolInterrupted("\(name) was stopped: \(complaint)")
        case .exited(let code):
            return Outcome(
                isSuccess: code == 0, output: result.stdout, complaint: complaint,
                hasChangedFrames: result.stderr.contains("Changing video frame properties on the fly"))
        case .signalled(let signal):
            let evidence = "\(name) died of signal \(signal): \(complaint)"
            guard [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGXCPU].contains(signal) else { throw .toolFailed(evidence) }
            // The kernel kills at the limit of processor time, and nothing uses that up faster than all cores.
            let most = Double(cpuSeconds) / Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
            let isOverLimit = ContinuousClock.now - begin >= .seconds(most * 0.95)
            throw isOverLimit && signal != SIGTERM ? .tooSlow : .toolInterrupted(evidence)
        }
    }

    private var cpuSeconds: Int { max(1, Int(timeLimit.components.seconds) * 4 / 5) }
}
