// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
]

/// The targets that wrap a C library are the only ones in which unsafe constructs are ordinary.
let wrapper: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func cLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func wrapping(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: wrapper)
}

func domain(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: strict)
}

func handlers(_ group: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: "\(group)Handlers", dependencies: ["Platform", "HTTP"] + dependencies, path: "Sources/Handlers/\(group)",
        swiftSettings: strict)
}

func executable(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: wrapper)
}

let handlerGroups: [Target.Dependency] = [
    "VotingHandlers", "StoryHandlers", "ClipsHandlers", "UploadsHandlers", "AuthHandlers", "AdminHandlers",
    "SystemHandlers", "PagesHandlers",
]

let package = Package(
    name: "dailies",
    products: [
        .executable(name: "dailies-host", targets: ["dailies-host"]),
        .executable(name: "dailies-jobs", targets: ["dailies-jobs"]),
        .executable(name: "dailies", targets: ["dailies"]),
    ],
    targets: [
        cLibrary("CFastCGI", pkgConfig: "fcgi", package: "libfcgi-dev"),
        cLibrary("CPostgres", pkgConfig: "libpq", package: "libpq-dev"),
        cLibrary("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
        cLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
        cLibrary("CSystemd", pkgConfig: "libsystemd", package: "libsystemd-dev"),
        .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),
        // Debian's libjemalloc-dev, and what it begins with.
        .target(
            name: "CJemalloc", path: "Sources/System/CJemalloc", linkerSettings: [.linkedLibrary("jemalloc")]),

        wrapping("Platform", ["CLinux", "CSystemd"]),
        wrapping("Crypto", ["COpenSSL"]),
        wrapping("HTTPClient", ["CCurl", "Platform"]),
        wrapping("Postgres", ["CPostgres", "Platform"]),
        // Linked and not imported: whoever serves by libfcgi allocates by jemalloc (docs/adr/0022).
        wrapping("FastCGI", ["CFastCGI", "CJemalloc", "CLinux", "HTTP", "Platform"]),
        domain("HTTP", ["Platform", "Crypto"]),
        domain("HTML", []),
        domain("Refusals", ["Postgres"]),
        domain("Queue", ["Platform", "Postgres"]),
        domain("Realtime", ["Platform", "HTTPClient", "Queue", "Postgres"]),
        domain("Media", ["Platform"]),
        domain("Storage", ["Platform", "Crypto"]),
        domain("Mail", ["Platform", "Crypto", "HTTPClient"]),
        domain("Contact", ["Platform", "Postgres"]),
        domain("Captcha", ["Platform", "HTTPClient", "Postgres", "Refusals"]),
        domain("Identity", ["Platform", "Crypto", "Postgres", "Refusals"]),
        domain("SignIn", ["Platform", "Crypto", "HTTPClient", "Postgres", "Refusals", "Identity"]),
        domain("Film", ["Platform", "Crypto", "Postgres", "Refusals", "Queue", "Media", "Storage", "Realtime"]),

        handlers("Voting", ["Film", "Identity", "Refusals"]),
        handlers("Story", ["Film", "Identity", "Refusals"]),
        handlers("Clips", ["Film", "Refusals"]),
        handlers("Uploads", ["Film", "Storage", "Identity", "Refusals"]),
        handlers("Auth", ["Identity", "SignIn", "Captcha", "Refusals"]),
        handlers("Admin", ["Film", "Identity", "Refusals"]),
        handlers("System", ["Postgres", "Queue", "Film", "Contact"]),
        handlers("Pages", ["HTML", "Crypto", "Film", "Identity", "Refusals"]),

        executable(
            "dailies-host", path: "FCGIHost",
            [
                "FastCGI", "Postgres", "Crypto", "Storage", "Realtime", "Film", "Identity", "SignIn", "Captcha",
                "Contact", "Queue", "HTTP", "Platform",
            ]
                + handlerGroups),
        executable(
            "dailies-jobs", path: "Jobs",
            [
                "Postgres", "Queue", "Film", "Media", "Storage", "Realtime", "HTTPClient", "Identity", "Mail",
                "Contact", "Platform",
            ]),
        executable(
            "dailies", path: "CommandLine",
            [
                "Postgres", "Queue", "Film", "Media", "Storage", "Realtime", "HTTP", "HTTPClient", "Identity",
                "Crypto", "Platform", "Refusals",
            ]),

        .executableTarget(
            name: "bench-queue", dependencies: ["Platform", "Postgres", "Queue"], path: "benchmarks/Queue",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-voters", dependencies: ["Platform", "Postgres", "HTTP", "Identity", "Film"],
            path: "benchmarks/Voters", swiftSettings: strict),
        .executableTarget(
            name: "bench-lone", dependencies: ["Platform", "Postgres", "Film"], path: "benchmarks/Lone",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-echo", dependencies: ["Platform", "HTTP", "FastCGI"], path: "benchmarks/Echo",
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Platform", "Postgres", "HTTP"], path: "Tests/TestSupport",
            swiftSettings: wrapper),
        tests("PlatformTests", ["Platform", "Crypto", "HTTPClient", "TestSupport"]),
        tests("PostgresTests", ["Postgres", "TestSupport"]),
        tests("HTTPTests", ["HTTP", "HTML", "TestSupport"]),
        tests("FastCGITests", ["FastCGI", "Platform", "TestSupport"]),
        tests("QueueTests", ["Queue", "Realtime", "TestSupport"]),
        tests("MediaTests", ["Media", "Storage", "TestSupport"]),
        tests("PagesTests", ["PagesHandlers", "HTML", "HTTP", "Platform"]),
        tests("FilmTests", ["Crypto", "Film", "HTTP", "Platform", "Refusals", "TestSupport"]),
        tests("IdentityTests", ["Identity", "Refusals", "TestSupport"]),
        tests("SignInTests", ["SignIn", "Crypto", "Identity", "Platform", "Postgres", "Refusals", "TestSupport"]),
        tests("MailTests", ["Mail", "Captcha", "Platform", "TestSupport"]),
        tests(
            "IntegrationTests",
            [
                "dailies-host", "Crypto", "Film", "HTTP", "HTTPClient", "Identity", "Media", "Platform", "Postgres",
                "Queue", "Realtime", "Refusals", "Storage", "TestSupport",
            ] + handlerGroups),
    ]
)
