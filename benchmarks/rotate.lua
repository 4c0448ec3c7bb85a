-- wrk asks for each path of the file PATHS in turn
local paths, index = {}, 0
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
request = function()
  index = index % #paths + 1
  return wrk.format("GET", paths[index])
end
