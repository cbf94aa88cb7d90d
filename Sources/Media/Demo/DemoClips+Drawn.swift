/// Clips drawn pixel by pixel from a formula, on a small canvas; x and y run from 0 to 1, T is the time in seconds.
extension DemoClips {
    static let drawn: [DemoClip] = [
        DemoClip(
            "Outrun the Dawn", "Action", by: "neon_rider", "Full tank, empty road, one song.", outrun, .pulse),
        DemoClip(
            "First Light over the Bay", "Romance", by: "marisol_k", "The sun comes up and nobody says a word.", bay,
            .waves),
        DemoClip(
            "Aurora at Sixty-Eight North", "Sci-Fi", by: "borealis", "Filmed with cold fingers and one lens.", aurora,
            .pad),
        DemoClip(
            "Lava Lamp Confession", "Comedy", by: "dot_and_dash", "It has been listening the whole time.", lavaLamp,
            .bass),
        DemoClip(
            "The Lake Remembers", "Thriller", by: "north_pier", "Somebody threw a stone. Nobody was there.", lake,
            .drone),
        DemoClip(
            "Down the Service Shaft", "Action", by: "keyframe_joe", "One take, no stunt double, no floor.", shaft,
            .pulse),
        DemoClip(
            "Seventy Beats a Minute", "Romance", by: "ines_paints", "A love letter without words.", heart, .heart),
        DemoClip("Totality", "Sci-Fi", by: "umbra_chaser", "Eight seconds of night at noon.", eclipse, .pad),
        DemoClip("Campfire, Third Night", "Horror", by: "ember_lane", "We were four when we lit it.", fire, .hiss),
        DemoClip(
            "Route 9, No Headlights", "Thriller", by: "midnight_line", "Do not look in the mirror.", road, .drone),
        DemoClip(
            "Last Train Through Harrow", "Animation", by: "paper_lantern", "Drawn on the way home, window seat.", hills,
            .pulse),
        DemoClip(
            "Snow on the Wrong Planet", "Sci-Fi", by: "calypso_unit", "The sky is pink and it is still falling.", snow,
            .hiss),
    ]

    /// One formula for brightness and a palette: a third of the work of three formulas.
    private static func paint(_ size: String, rate: Int, _ light: String, _ palette: (String, String, String)) -> String
    {
        "nullsrc=s=\(size):r=\(rate),format=gray,geq=lum='\(light)',format=gbrp,"
            + "lutrgb=r='\(palette.0)':g='\(palette.1)':b='\(palette.2)'"
    }

    private static func paint(_ size: String, rate: Int, red: String, green: String, blue: String) -> String {
        "nullsrc=s=\(size):r=\(rate),format=gbrp,geq=r='\(red)':g='\(green)':b='\(blue)'"
    }

    /// The distance from a point of the picture, in picture widths.
    private static func distance(_ x: String, _ y: String) -> String { "hypot(X/W-\(x),(Y/H-\(y))*1.78)" }

    private static let stars = "gt(mod(abs(sin(X*12.9898+Y*78.233)*43758.5453),1),.992)"

    private static var bay: String {
        let sun = "exp(-(pow(X/W-.5,2)+pow((Y/H-.62+.035*T)*1.78,2))*45)"
        let path = "exp(-pow((X/W-.5+.02*sin(Y*.9+T*5))*7,2))"
        let swell = "(.8+.2*sin(Y*1.7-T*6))"
        return paint(
            "90x160", rate: 15,
            red: "if(lt(Y/H,.62),min(70+150*Y/H+190*\(sun),255),(60+90*(1-Y/H)+120*\(path))*\(swell))",
            green: "if(lt(Y/H,.62),min(40+90*Y/H+150*\(sun),240),(40+50*(1-Y/H)+70*\(path))*\(swell))",
            blue: "if(lt(Y/H,.62),110-20*Y/H+70*\(sun),(80+40*(1-Y/H))*\(swell))")
    }

    private static var aurora: String {
        let high = "exp(-pow((Y/H-.32-.09*sin(7*X/W+T*.9)-.04*sin(19*X/W-T*1.7))*7,2))"
        let low = "exp(-pow((Y/H-.45-.07*sin(5*X/W-T*.7+2)-.03*sin(23*X/W+T*2))*9,2))"
        let ridge = "gt(Y/H,.82+.05*sin(X/W*6+1)+.02*sin(X/W*17))"
        return paint(
            "63x112", rate: 15, red: "if(\(ridge),6,10+90*\(low))",
            green: "if(\(ridge),10,min(18+200*\(high)+40*\(low),255))",
            blue: "if(\(ridge),18,min(40+100*\(high)+130*\(low),255))")
    }

    private static var lavaLamp: String {
        func blob(_ a: String, _ b: String, _ c: String, _ d: String, _ size: String) -> String {
            "\(size)/(.002+pow(X/W-.5-.3*sin(T*\(a)+\(b)),2)+pow((Y/H-.5-.33*sin(T*\(c)+\(d)))*1.78,2))"
        }
        let wax = [
            blob(".9", "0", "1.1", "1", ".008"), blob("1.3", "2", ".7", "0", ".010"),
            blob(".6", "4", "1.5", "3", ".007"), blob("1.1", "1", ".9", "5", ".009"),
        ].joined(separator: "+")
        return paint(
            "72x128", rate: 20, "min(255,200*(\(wax)))",
            (
                "if(gt(val,86),min(120+val,255),34+val*.5)", "if(gt(val,86),(val-60)*1.15,8+val*.1)",
                "if(gt(val,86),40,70+val*.4)"
            ))
    }

    private static var lake: String {
        func rings(_ x: String, _ y: String, _ waves: Int, _ speed: Int, _ fade: String) -> String {
            let away = distance(x, y)
            return "sin(\(waves)*\(away)-\(speed)*T)*exp(-\(fade)*\(away))"
        }
        return paint(
            "90x160", rate: 20, "128+60*(\(rings(".5", ".45", 46, 7, "2.2"))+\(rings(".25", ".7", 60, 9, "3")))",
            ("clip((val-70)*.8,0,255)", "clip((val-40)*1.0,0,255)", "clip((val-10)*1.1,0,255)"))
    }

    private static var shaft: String {
        let away = distance(".5", ".5")
        let checks =
            "abs(mod(floor(2.2/(.06+\(away))+T*5),2)-mod(floor(atan2(Y/H-.5,X/W-.499)*2.5465+T*.8),2))"
        return paint(
            "108x192", rate: 24, "min(\(away)*2.2,1)*(96+155*\(checks))",
            (
                "if(gt(val,100),val,val*.3)", "if(gt(val,100),val*.36,val*.6)", "if(gt(val,100),val*.25,val*1.3)"
            ))
    }

    private static var heart: String {
        let beat = "exp(-3*mod(T*1.2,1))"
        let x = "((X/W-.5)*2.9/(1+.13*\(beat)))"
        let y = "((.47-Y/H)*5.1/(1+.13*\(beat)))"
        let inside = "lt(pow(pow(\(x),2)+pow(\(y),2)-1,3)-pow(\(x),2)*pow(\(y),3),0)"
        return paint(
            "90x160", rate: 24, "if(\(inside),150+70*(1-Y/H)+30*\(beat),20+60*Y/H)",
            (
                "if(gt(val,110),val,36+val*.4)", "if(gt(val,110),(val-140)*.7+20,10+val*.1)",
                "if(gt(val,110),70+(val-140)*.4,46+val*.6)"
            ))
    }

    private static var eclipse: String {
        let away = distance(".5", ".42")
        let rays = "(.75+.25*sin(atan2(Y/H-.42,X/W-.5)*9+T*1.4))"
        return paint(
            "108x192", rate: 24, "if(lt(\(away),.21),0,min(250*exp(-9*(\(away)-.21))*\(rays),255)+90*\(stars))",
            ("val", "val*.92", "min(val*1.1+14,255)"))
    }

    private static var fire: String {
        let flame =
            "clip((1.25*Y/H-.25+.10*sin(X*.21+T*5)*sin(Y*.11+T*9)+.09*sin(X*.37-T*4+Y*.09)"
            + "+.08*sin(Y*.23+T*13+sin(X*.3)*2))*1.25,0,1)"
        return paint(
            "80x142", rate: 24, "255*\(flame)",
            ("min(val*1.7,255)", "clip((val-97)*1.75,0,235)", "clip((val-204)*3,0,200)"))
    }

    private static var outrun: String {
        let depth = "(.16/(Y/H-.558))"
        let grid =
            "gt(lt(mod(\(depth)*2+T*1.6,.5),.07+.02*\(depth))+lt(mod(abs(X/W-.5)*\(depth)*5,1),.07+.03*\(depth)),0)"
        let sun = "lt(\(distance(".5", ".36")),.32)*(lt(Y/H,.34)+gt(mod(Y/H*22+T*.4,1),.32))"
        return paint(
            "135x240", rate: 24, "if(gt(Y/H,.56),20+220*\(grid),if(\(sun),110+200*(Y/H-.16),40+60*Y/H))",
            (
                "if(gt(val,105),255,if(lt(val,25),20,30+val))",
                "if(gt(val,225),30,if(gt(val,105),255-(val-105)*1.4,if(lt(val,25),6,val*.3)))",
                "if(gt(val,225),220,if(gt(val,105),70+(val-105)*1.1,if(lt(val,25),40,60+val*1.1)))"
            ))
    }

    private static var road: String {
        let depth = "(.12/(Y/H-.496))"
        let aside = "abs((X/W-.5-.05*sin(T*.8)*\(depth))*\(depth)*3)"
        let line = "lt(\(aside),.045)*lt(mod(\(depth)*3+T*3,1),.5)"
        let verge = "if(lt(\(aside),.9),120+40*Y/H,180+20*gt(mod(\(depth)*2+T*2,1),.5))"
        return paint(
            "108x192", rate: 24, "if(lt(Y/H,.5),20+80*Y/H+50*\(stars),if(\(line),250,\(verge)))",
            (
                "if(gt(val,240),245,if(gt(val,175),10+(val-180)*.4,if(gt(val,110),val-96,(val-20)*.7+12)))",
                "if(gt(val,240),220,if(gt(val,175),26+(val-180)*.7,if(gt(val,110),val-94,val*.8)))",
                "if(gt(val,240),120,if(gt(val,175),22,if(gt(val,110),val-82,30+val*1.1)))"
            ))
    }

    private static var hills: String {
        let moon = distance(".66", ".2")
        let far = "gt(Y/H,.60+.05*sin(X/W*5+T*.25)+.02*sin(X/W*13+T*.65))"
        let middle = "gt(Y/H,.70+.06*sin(X/W*4+2+T*.55)+.02*sin(X/W*11+T*1.5))"
        let near = "gt(Y/H,.82+.05*sin(X/W*3+4+T*1.1)+.015*sin(X/W*19+T*6))"
        let sky = "if(lt(\(moon),.12),250,110+40*Y/H+90*exp(-6*\(moon)))"
        return paint(
            "108x192", rate: 20, "if(\(near),10,if(\(middle),40,if(\(far),70,\(sky))))",
            (
                "if(gt(val,240),250,if(gt(val,100),(val-110)*1.1+40,val*.95))",
                "if(gt(val,240),244,if(gt(val,100),(val-110)*1.0+36,val*.95))",
                "if(gt(val,240),214,if(gt(val,100),(val-110)*1.0+96,val*1.3+18))"
            ))
    }

    private static var snow: String {
        let near =
            "gt(mod(abs(sin(floor(X+4*sin(T+Y*.05))*12.9898+floor(Y-T*34)*78.233)*43758.5453),1),.985)"
        let far =
            "gt(mod(abs(sin(floor(X/2+3*sin(T*.7+Y*.03))*39.346+floor(Y/2-T*9)*11.135)*23421.631),1),.975)"
        return paint(
            "108x192", rate: 24, "max(160*Y/H,max(250*\(near),210*\(far)))",
            ("if(gt(val,200),val,110+val*.6)", "if(gt(val,200),val*.95,50+val*.6)", "if(gt(val,200),val,110-val*.1)"))
    }
}
