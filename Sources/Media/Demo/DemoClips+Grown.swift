/// Clips from ffmpeg's own sources: fractals, automata, colonies and gradients.
extension DemoClips {
    static let grown: [DemoClip] = [
        DemoClip(
            "Coastline Forever", "Other", by: "benoit_m", "However close you get, there is more of it.",
            "mandelbrot=s=180x320:r=30:maxiter=220:start_x=-0.743643887037151:start_y=0.13182590420533:start_scale=.5"
                + ":end_scale=0.0009:end_pts=250:outer=normalized_iteration_count,hue=h=190+t*10:s=.8", .pad),
        DemoClip(
            "Seahorse Valley Express", "Animation", by: "fractal_fern", "All aboard. Mind the infinite gap.",
            "mandelbrot=s=180x320:r=30:maxiter=260:start_x=-0.16070135:start_y=1.0375665:start_scale=1.6"
                + ":end_scale=0.004:end_pts=250:outer=normalized_iteration_count,hue=h=40-t*9:s=1.4", .waves),
        DemoClip(
            "Petri Dish Uprising", "Horror", by: "lab_partner", "They voted. We were not asked.",
            "life=s=108x192:r=15:ratio=.16:mold=12:life_color=#7CFF6B:death_color=#0b3d2e:mold_color=#06120c:seed=11,"
                + "scale=540:960:flags=neighbor,gblur=sigma=3", .bass),
        DemoClip(
            "Rush Hour in Cell Block B", "Comedy", by: "gridlock_gus", "Everyone has right of way.",
            "life=s=72x128:r=12:ratio=.3:rule=B36/S23:mold=30:life_color=#FFD34D:death_color=#7A1F5C"
                + ":mold_color=#1B0B2E:seed=5,scale=540:960:flags=neighbor", .pulse),
        DemoClip(
            "Rule One Hundred and Ten", "Sci-Fi", by: "tape_head", "A computer, knitting.",
            automaton("135x240", rule: 110, seed: 9, ratio: ".5", on: (60, 242, 255), off: (10, 8, 26)), .pulse),
        DemoClip(
            "Rain on Tin Roofs", "Thriller", by: "gutter_poet", "Four floors up, nobody sleeps.",
            automaton(
                "90x160", rule: 30, seed: 3, ratio: ".4", on: (150, 170, 210), off: (18, 22, 36), scaling: "bicubic")
                + ",gblur=sigma=2:sigmaV=9", .hiss),
        DemoClip(
            "Tapestry for a Lost Queen", "Romance", by: "loom_and_ash", "Every thread is a day he waited.",
            automaton("108x192", rule: 90, seed: 21, ratio: ".03", on: (232, 178, 84), off: (60, 12, 34)), .heart),
        DemoClip(
            "Spiral of the Understudy", "Animation", by: "second_cut", "Always on stage, never in the light.",
            "gradients=s=270x480:r=30:type=spiral:n=5:c0=#3CF2FF:c1=#A020F0:c2=#FF00C7:c3=#0B0B1E:c4=#FFB347"
                + ":x0=135:y0=240:x1=260:y1=440:speed=.06:seed=4", .pad),
        DemoClip(
            "Breathing Room", "Other", by: "soft_focus", "In for four. Hold. Out for four.",
            "gradients=s=270x480:r=30:type=radial:n=4:c0=#06243b:c1=#1f8a8a:c2=#f2e9c9:c3=#e07a5f:x0=135:y0=220"
                + ":x1=250:y1=430:speed=.03:seed=8", .waves),
        DemoClip(
            "Stage Lights, Act Two", "Comedy", by: "cue_card", "The spotlight has opinions.",
            "gradients=s=270x480:r=30:type=circular:n=3:c0=#FFD400:c1=#FF3D68:c2=#240046:speed=.08:seed=15", .bass),
        DemoClip(
            "The Carpet Has No Edge", "Horror", by: "room_237b", "Keep walking. It does.",
            "sierpinski=s=270x480:r=30:type=carpet:jump=4:seed=6,format=gbrp,"
                + "lutrgb=r='val*.9+20':g='val*.25':b='val*.2+14'", .drone),
        DemoClip(
            "Glass Mountain", "Action", by: "ropeless", "Free solo, frame by frame.",
            "sierpinski=s=270x480:r=30:type=triangle:jump=6:seed=12,format=gbrp,"
                + "lutrgb=r='val*.35+12':g='val*.8+18':b='val*.9+40'", .pulse),
    ]

    private static func automaton(
        _ size: String, rule: Int, seed: Int, ratio: String, on: (Int, Int, Int), off: (Int, Int, Int),
        scaling: String = "neighbor"
    ) -> String {
        "cellauto=s=\(size):rule=\(rule):r=30:seed=\(seed):ratio=\(ratio),format=gray,format=gbrp,"
            + "lutrgb=r='if(gt(val,0),\(on.0),\(off.0))':g='if(gt(val,0),\(on.1),\(off.1))'"
            + ":b='if(gt(val,0),\(on.2),\(off.2))',scale=540:960:flags=\(scaling)"
    }
}
